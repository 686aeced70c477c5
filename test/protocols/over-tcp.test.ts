import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Deferred, type Failure } from '../../src/defer/index.js';
import { ConnectionDone } from '../../src/errors/index.js';
import { Factory, LineReceiver, LineTooLongError, StreamProtocol, lines } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';

const LOCAL = { interface: '127.0.0.1' };

describe('Protocols over TCP', () => {
  it('a line that is too long ends the connection in order, and is the reason that connectionLost gets', async () => {
    const lost = new Deferred<unknown>();
    class Short extends LineReceiver {
      override lineReceived(line: Buffer): void {
        this.sendLine(line);
      }

      override lineLengthExceeded(line: Buffer, error: LineTooLongError): void {
        this.sendLine(Buffer.from('too long'));
        super.lineLengthExceeded(line, error);
      }

      override connectionLost(reason: Failure): void {
        lost.callback(reason.value);
      }
    }
    const reactor = new Reactor();
    const port = reactor.listenTCP(0, Factory.forProtocol(Short), LOCAL);
    const socket = connect(port.getHost().port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.write(`one\r\n${'x'.repeat(100_000)}`);
    expect(await text(socket)).to.equal('one\r\ntoo long\r\n');
    expect(await lost)
      .to.be.instanceOf(LineTooLongError)
      .and.include({ limit: 16_384 });
    await closed;
    reactor.close();
  });

  it('a loop over lines gets them all, though it is slower than the peer, and ends when the peer does', async () => {
    const reason = new Deferred<unknown>();
    const got: string[] = [];
    class Slow extends StreamProtocol {
      override readBufferSize = 1000;

      override async connectionMade(): Promise<void> {
        for await (const line of lines(this)) {
          got.push(line.toString());
          if (got.length % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        got.push('the end');
      }

      override connectionLost(why: Failure): void {
        super.connectionLost(why);
        reason.callback(why.value);
      }
    }
    const reactor = new Reactor();
    const port = reactor.listenTCP(0, Factory.forProtocol(Slow), LOCAL);
    const socket = connect(port.getHost().port, '127.0.0.1');
    const closed = once(socket, 'close');
    const sent = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
    socket.end(sent.map((line) => `${line}\r\n`).join(''));
    socket.resume();
    expect(await reason).to.be.instanceOf(ConnectionDone);
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    while (got.at(-1) !== 'the end') await new Promise((resolve) => setImmediate(resolve));
    expect(got).to.deep.equal([...sent, 'the end']);
    reactor.close();
  });
});
