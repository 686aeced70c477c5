import { PassThrough, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Failure } from '../../src/defer/failure.js';
import { ConnectionDone, ConnectionLost } from '../../src/errors/index.js';
import {
  LineTooLongError,
  NetstringParseError,
  StreamProtocol,
  UnfinishedInputError,
  intStrings,
  items,
  lines,
  netstrings,
} from '../../src/protocols/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeConnection } from '../tcp/fake-connection.js';
import { PausableTransport } from './pausable-transport.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const DONE = new Failure(new ConnectionDone());

class Stream extends StreamProtocol<PausableTransport> {}

function connect(): [stream: Stream, transport: PausableTransport] {
  const [stream, transport] = [new Stream(), new PausableTransport()];
  stream.makeConnection(transport);
  return [stream, transport];
}

/** All that a loop gets, as text, and what is thrown in it. */
async function collect(source: AsyncIterable<Buffer>): Promise<unknown[]> {
  const got: unknown[] = [];
  try {
    for await (const item of source) got.push(item.toString('latin1'));
  } catch (error) {
    got.push(error);
  }
  return got;
}

describe('StreamProtocol', () => {
  it('gives what comes, before and after it is asked for, and ends when the connection ends in order', async () => {
    const [stream] = connect();
    stream.dataReceived(bytes('one'));
    const got = collect(stream);
    await Promise.resolve();
    stream.dataReceived(bytes('two'));
    stream.dataReceived(bytes('three'));
    stream.connectionLost(DONE);
    expect(await got).to.deep.equal(['one', 'two', 'three']);
    expect(await collect(stream)).to.deep.equal([]);
  });

  it('throws any other reason, after all that has come', async () => {
    const [stream] = connect();
    const error = new ConnectionLost();
    stream.dataReceived(bytes('one'));
    stream.connectionLost(new Failure(error));
    expect(await collect(stream)).to.deep.equal(['one', error]);
  });

  it('pauses the transport when nobody asks, and resumes it when the loop has caught up', async () => {
    const [stream, transport] = connect();
    stream.readBufferSize = 1000;
    for (let i = 0; i < 3; i += 1) {
      expect(transport.reading).to.equal(true);
      stream.dataReceived(Buffer.alloc(300));
    }
    expect(transport.reading).to.equal(false);
    const chunks = stream.chunks();
    for (let i = 0; i < 3; i += 1) {
      expect((await chunks.next()).value).to.have.length(300);
      expect(transport.reading).to.equal(false);
    }
    const next = chunks.next();
    expect(transport.reading).to.equal(true);
    stream.dataReceived(bytes('more'));
    expect((await next).value?.toString()).to.equal('more');
    for (let i = 0; i < 3; i += 1) stream.dataReceived(Buffer.alloc(300));
    expect(transport.reading).to.equal(false);
  });

  it('counts many small chunks as what they take', () => {
    const [stream, transport] = connect();
    let chunks = 0;
    for (; transport.reading; chunks += 1) stream.dataReceived(Buffer.alloc(1));
    expect(chunks).to.be.within(100, 1000);
  });

  it('leaving the loop closes the connection and forgets the rest', async () => {
    const [stream, transport] = connect();
    stream.dataReceived(bytes('one'));
    stream.dataReceived(bytes('two'));
    for await (const chunk of stream) {
      expect(chunk.toString()).to.equal('one');
      break;
    }
    expect(transport.disconnecting).to.equal(true);
    stream.connectionLost(DONE);
    expect(await collect(stream)).to.deep.equal([]);
  });

  it('with `keepOpen`, leaving the loop leaves the rest for the next one', async () => {
    const [stream, transport] = connect();
    stream.dataReceived(bytes('one'));
    stream.dataReceived(bytes('two'));
    for await (const chunk of stream.chunks({ keepOpen: true })) {
      expect(chunk.toString()).to.equal('one');
      break;
    }
    expect(transport.disconnecting).to.equal(false);
    stream.unshift(bytes('again'));
    stream.connectionLost(DONE);
    expect(await collect(stream)).to.deep.equal(['again', 'two']);
  });

  describe('with a loop in connectionMade', () => {
    class Looping extends StreamProtocol {
      override async connectionMade(): Promise<void> {
        for await (const line of lines(this)) {
          if (line.toString() === 'boom') throw new Error('boom');
          this.transport.write(bytes('answer'));
        }
      }
    }

    async function looping(input: string, then: (connection: FakeConnection) => void): Promise<LogCapture> {
      using log = new LogCapture();
      const connection = new FakeConnection();
      connection.start(new Looping());
      connection.receive(input);
      await nextTurn();
      then(connection);
      await nextTurn();
      expect(connection.endings).to.have.length(1);
      return log;
    }

    it('logs no error when the peer resets the connection', async () => {
      const log = await looping('one\r\n', (connection) => connection.failed(new Error('reset')));
      expect(log.errors).to.deep.equal([]);
    });

    it('logs no error for input that is refused, and sends what was written before', async () => {
      const log = await looping(`one\r\n${'x'.repeat(20_000)}`, (connection) => {
        connection.flush();
        expect(connection.output).to.equal('answer');
        expect(connection.endings[0]?.value).to.be.instanceOf(LineTooLongError);
      });
      expect(log.errors).to.deep.equal([]);
    });

    it('logs what the program throws', async () => {
      const log = await looping('boom\r\n', (connection) => {
        expect(connection.endings[0]?.value).to.have.property('message', 'boom');
      });
      expect(log.errors).to.have.length(1);
    });
  });

  it('refuses a second loop while the first one waits', async () => {
    const [stream] = connect();
    const first = collect(stream);
    await Promise.resolve();
    expect(await collect(stream.chunks({ keepOpen: true })))
      .to.have.nested.property('[0].message')
      .that.includes('another loop');
    stream.dataReceived(bytes('one'));
    stream.connectionLost(DONE);
    expect(await first).to.deep.equal(['one']);
  });
});

describe('lines(), netstrings(), intStrings()', () => {
  it('give items over chunks that are cut anywhere, and end as the connection does', async () => {
    for (const [make, input, expected] of [
      [(s: Stream) => lines(s), 'one\r\n\r\ntwo\r\nunfinished', ['one', '', 'two']],
      [(s: Stream) => lines(s, { delimiter: bytes(';') }), 'one;two', ['one']],
      [(s: Stream) => netstrings(s), '3:one,0:,3:tw', ['one', '']],
      [(s: Stream) => intStrings(s, 16), '\0\x03one\0\0\0', ['one', '']],
    ] as const) {
      const [stream] = connect();
      for (const byte of bytes(input)) stream.dataReceived(Buffer.of(byte));
      stream.connectionLost(DONE);
      expect(await collect(make(stream))).to.deep.equal(expected);
    }
  });

  it('ask for more only when they have nothing left', async () => {
    const [stream, transport] = connect();
    stream.readBufferSize = 1;
    stream.dataReceived(bytes('one\r\ntwo\r\nthree\r\n'));
    expect(transport.reading).to.equal(false);
    const all = lines(stream);
    for (const line of ['one', 'two', 'three']) {
      expect((await all.next()).value?.toString()).to.equal(line);
      expect(transport.reading).to.equal(false);
    }
    const next = all.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(transport.reading).to.equal(true);
    stream.connectionLost(DONE);
    expect(await next).to.deep.equal({ done: true, value: undefined });
  });

  it('throw what the parser refuses, and close the connection with that as the reason', async () => {
    for (const [make, input, error] of [
      [(s: Stream) => lines(s, { maxLength: 3 }), 'one\r\nlong\r\n', LineTooLongError],
      [(s: Stream) => netstrings(s), '3:one,x', NetstringParseError],
    ] as const) {
      const [stream, transport] = connect();
      stream.dataReceived(bytes(input));
      const [first, thrown] = await collect(make(stream));
      expect(first).to.equal('one');
      expect(thrown).to.be.instanceOf(error);
      expect(transport.reason).to.equal(thrown);
    }
  });

  it('throw why the connection was lost, after the items that had come', async () => {
    const [stream] = connect();
    const error = new ConnectionLost();
    stream.dataReceived(bytes('one\r\ntw'));
    stream.connectionLost(new Failure(error));
    expect(await collect(lines(stream))).to.deep.equal(['one', error]);
  });

  it('close the connection when the loop is left', async () => {
    const [stream, transport] = connect();
    stream.dataReceived(bytes('one\r\ntwo\r\n'));
    for await (const line of lines(stream)) {
      expect(line.toString()).to.equal('one');
      break;
    }
    expect([transport.disconnecting, transport.reason]).to.deep.equal([true, undefined]);
  });

  it('with `keepOpen`, give the bytes after the last item to the next loop', async () => {
    const [stream, transport] = connect();
    stream.dataReceived(bytes('5\r\nhel'));
    stream.dataReceived(bytes('lo3:abc,'));
    for await (const line of lines(stream, { keepOpen: true })) {
      expect(line.toString()).to.equal('5');
      break;
    }
    const body: Buffer[] = [];
    for await (const chunk of stream.chunks({ keepOpen: true })) {
      body.push(chunk);
      if (Buffer.concat(body).length >= 5) break;
    }
    stream.unshift(Buffer.concat(body).subarray(5));
    stream.connectionLost(DONE);
    expect(Buffer.concat(body).subarray(0, 5).toString()).to.equal('hello');
    expect(await collect(netstrings(stream))).to.deep.equal(['abc']);
    expect(transport.disconnecting).to.equal(false);
  });

  it('with `unfinished: "throw"`, throw what is no whole item at the end', async () => {
    const [stream] = connect();
    stream.dataReceived(bytes('one\r\ntw'));
    stream.connectionLost(DONE);
    const [first, error] = await collect(lines(stream, { unfinished: 'throw' }));
    expect(first).to.equal('one');
    expect(error).to.be.instanceOf(UnfinishedInputError);
    expect((error as UnfinishedInputError).rest.toString()).to.equal('tw');
  });

  it("read node's streams as well, and end them when the loop is left", async () => {
    expect(
      await collect(lines(Readable.from([bytes('one\r\ntw'), new Uint8Array(bytes('o\r\n'))]))),
    ).to.deep.equal(['one', 'two']);
    const source = new PassThrough();
    source.write('one\r\ntwo\r\n');
    for await (const line of lines(source)) {
      expect(line.toString()).to.equal('one');
      break;
    }
    expect(source.destroyed).to.equal(true);
    const [error] = await collect(lines(Readable.from(['text']) as AsyncIterable<Buffer>));
    expect(error)
      .to.be.instanceOf(TypeError)
      .with.property('message', 'The source must give bytes (Buffers or Uint8Arrays), not string');
  });

  it('refuse `keepOpen` for what cannot be kept open, at once', () => {
    expect(() => lines(Readable.from([]), { keepOpen: true })).to.throw(TypeError, 'Only a StreamProtocol');
  });

  it('are typed by what the parser finds', () => {
    const [stream] = connect();
    expectTypeOf(lines(stream)).toExtend<AsyncIterable<Buffer>>();
    const numbers = { feed: () => undefined, next: () => 1 as number | undefined, clear: () => bytes('') };
    expectTypeOf(items(stream, numbers)).toExtend<AsyncIterable<number>>();
    // @ts-expect-error -- there are prefixes of 8, 16 and 32 bits only.
    expect(() => intStrings(stream, 7)).to.throw(RangeError);
  });
});
