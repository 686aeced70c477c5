import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { IPv6Address } from '../../../src/address/index.js';
import { ConnectionAborted, ConnectionDone, ConnectionLost, NoProtocol } from '../../../src/errors/index.js';
import { Factory, Protocol } from '../../../src/protocols/index.js';
import {
  AccumulatingProtocol,
  NonStreamingProducer,
  RecordingHalfCloseProtocol,
  RecordingProtocol,
  connectedServerAndClient,
} from '../../../src/testing/index.js';

const bytes = (text: string): Buffer => Buffer.from(text);

/** Says nothing and hears nothing. */
class Idle extends Protocol {}

class Greeter extends AccumulatingProtocol {
  override connectionMade(): void {
    super.connectionMade();
    this.transport.write(bytes('hello '));
    this.transport.writeSequence([bytes('from '), bytes('here')]);
  }
}

describe('connectedServerAndClient()', () => {
  it('gives the client, the server and their pump, from factories or from classes', () => {
    const factory = Factory.forProtocol(Greeter);
    const [client, server, pump] = connectedServerAndClient(factory, AccumulatingProtocol);
    expectTypeOf(client).toEqualTypeOf<AccumulatingProtocol>();
    expectTypeOf(server).toEqualTypeOf<Greeter>();
    expect([client.made, server.made]).to.deep.equal([1, 1]);
    expect(server.factory).to.equal(factory);
    expect(pump.serverTransport).to.equal(server.transport);
    expect(pump.clientTransport).to.equal(client.transport);
  });

  it('carries the greetings over, in both directions', () => {
    // Twisted: LoopbackAsyncTests.test_clientGreeting, LoopbackAsyncTests.test_clientGreetingSequence
    // Twisted: LoopbackAsyncTests.test_serverGreeting, LoopbackAsyncTests.test_serverGreetingSequence
    const [client, server] = connectedServerAndClient(Greeter, Greeter);
    expect(server.data.toString()).to.equal('hello from here');
    expect(client.data.toString()).to.equal('hello from here');
  });

  it('leaves the greetings to the first round if it is told not to greet', () => {
    const [client, server, pump] = connectedServerAndClient(Greeter, AccumulatingProtocol, { greet: false });
    expect(client.data).to.have.length(0);
    expect(server.transport.bytesQueued).to.equal(15);
    pump.flush();
    expect(client.data.toString()).to.equal('hello from here');
  });

  it('throws NoProtocol for a factory that builds none', () => {
    class Closed extends Factory {
      override buildProtocol(): null {
        return null;
      }
    }
    expect(() => connectedServerAndClient(new Closed(), Idle)).to.throw(NoProtocol);
  });

  it('gives each end the other one’s address as its peer', () => {
    // Twisted: LoopbackAsyncTests.test_serverHost, LoopbackAsyncTests.test_serverPeer
    // Twisted: LoopbackAsyncTests.test_clientHost, LoopbackAsyncTests.test_clientPeer
    const [client, server] = connectedServerAndClient(Idle, Idle, {
      server: { address: new IPv6Address('TCP', '::1', 80) },
    });
    expect(String(server.transport.getHost())).to.equal('IPv6Address(TCP, ::1, 80, 0, 0)');
    expect(client.transport.getPeer()).to.equal(server.transport.getHost());
    expect(String(client.transport.getHost())).to.equal('IPv4Address(TCP, 127.0.0.1, 49152)');
    expect(server.transport.getPeer()).to.equal(client.transport.getHost());
  });
});

describe('a connection in memory', () => {
  it('keeps the order of what was written, also as sequences', () => {
    // Twisted: FakeTransportTests.test_writeSequence
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, Idle);
    client.transport.write(bytes('a'));
    client.transport.writeSequence([bytes('b'), bytes('c'), bytes('d')]);
    pump.flush();
    expect(server.data.toString()).to.equal('abcd');
  });

  it('carries a line and the end, and each side hears of its loss once', () => {
    // Twisted: LoopbackTestCaseMixin.testRegularFunction
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, RecordingProtocol);
    server.transport.write(bytes('THIS IS LINE ONE!\r\n'));
    server.transport.loseConnection();
    pump.flush();
    expect(client.received.toString()).to.equal('THIS IS LINE ONE!\r\n');
    expect(client.events).to.deep.equal(['made', 'data', 'lost']);
    expect(server.events).to.deep.equal(['made', 'lost']);
    for (const { reason } of [client, server]) expect(reason?.value).to.be.instanceOf(ConnectionDone);
    expect(pump.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('drops what is written after the connection was lost in order', () => {
    // Twisted: FakeTransportTests.test_writeAfterClose
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, Idle);
    client.transport.write(bytes('before'));
    client.transport.loseConnection();
    pump.flush();
    expect(client.transport.write(bytes('after'))).to.equal(false);
    pump.flush();
    expect(server.data.toString()).to.equal('before');
  });

  it('never calls dataReceived while a write is on the stack', () => {
    // Twisted: LoopbackAsyncTests.test_writeNotReentrant
    const echo = { data: (p: RecordingProtocol, data: Buffer) => void p.transport.write(data.subarray(1)) };
    class Echo extends RecordingProtocol {
      constructor() {
        super(echo);
      }
    }
    const [client, server, pump] = connectedServerAndClient(Echo, Echo);
    client.transport.write(Buffer.alloc(100));
    expect(server.events).to.deep.equal(['made']);
    pump.flush();
    expect(client.events.length + server.events.length).to.be.greaterThan(90);
    expect([...client.reentered, ...server.reentered]).to.deep.equal([]);
  });

  it('aborts with a reset: the other end has lost its connection', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, RecordingProtocol);
    client.transport.write(bytes('never sent'));
    client.transport.abortConnection();
    expect(client.lost).to.equal(false);
    pump.flush();
    expect(client.reason?.value).to.be.instanceOf(ConnectionAborted);
    expect(server.received).to.have.length(0);
    expect(server.reason?.value).to.be.instanceOf(ConnectionLost);
    expect((server.reason?.value as ConnectionLost).code).to.equal('ECONNRESET');
  });

  it('lets one that takes half-closes go on writing', () => {
    const [client, server, pump] = connectedServerAndClient(
      RecordingHalfCloseProtocol,
      RecordingHalfCloseProtocol,
    );
    client.transport.write(bytes('question'));
    client.transport.loseWriteConnection();
    pump.flush();
    expect(server.events).to.deep.equal(['made', 'data', 'readLost']);
    server.transport.write(bytes('answer'));
    server.transport.loseConnection();
    pump.flush();
    expect(client.received.toString()).to.equal('answer');
    expect(client.events).to.deep.equal(['made', 'writeLost', 'data', 'readLost', 'lost']);
    expect(server.lost).to.equal(true);
  });

  it('feeds a protocol byte by byte if it is asked to', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, Idle, {
      server: { readBytes: 1 },
    });
    client.transport.write(bytes('abc'));
    pump.flush();
    expect(server.events).to.deep.equal(['made', 'data', 'data', 'data']);
    expect(server.received.toString()).to.equal('abc');
  });

  it('has back-pressure: what finds no room waits in the writer’s queue', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, Idle, {
      server: { bufferBytes: 10 },
      client: { writeBufferSize: 20 },
    });
    server.transport.pauseProducing();
    expect(client.transport.write(Buffer.alloc(31))).to.equal(false);
    pump.flush();
    expect(client.transport.bytesQueued).to.equal(21);
    server.transport.resumeProducing();
    pump.flush();
    expect(client.transport.bytesQueued).to.equal(0);
    expect(server.data).to.have.length(31);
  });

  it('delivers all of a push producer that was never paused, without resuming it', () => {
    // Twisted: LoopbackAsyncTests.test_pushProducer
    // Twisted: IOPumpTests.test_serverStreamingProducer, IOPumpTests.test_clientStreamingProducer
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, AccumulatingProtocol);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const asked: string[] = [];
      from.transport.registerProducer(
        {
          pauseProducing: () => asked.push('pause'),
          resumeProducing: () => asked.push('resume'),
          stopProducing: () => asked.push('stop'),
        },
        true,
      );
      from.transport.write(bytes('some bytes'));
      pump.flush();
      from.transport.write(bytes(' and more'));
      pump.flush();
      from.transport.unregisterProducer();
      expect(to.data.toString()).to.equal('some bytes and more');
      expect(asked).to.deep.equal([]);
    }
  });

  it('pauses a push producer above the mark, and resumes it when all is sent', () => {
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, Idle, {
      server: { bufferBytes: 10 },
      client: { writeBufferSize: 20 },
    });
    const asked: string[] = [];
    client.transport.registerProducer(
      {
        pauseProducing: () => asked.push('pause'),
        resumeProducing: () => asked.push(`resume at ${server.data.length}`),
        stopProducing: () => asked.push('stop'),
      },
      true,
    );
    client.transport.write(Buffer.alloc(100));
    pump.flush();
    expect(asked).to.deep.equal(['pause', 'resume at 90']);
    client.transport.abortConnection();
    pump.flush();
    expect(asked.at(-1)).to.equal('stop');
  });

  it('delivers all of a pull producer, and closes when it is done', () => {
    // Twisted: LoopbackAsyncTests.test_pullProducer
    const [client, server, pump] = connectedServerAndClient(AccumulatingProtocol, AccumulatingProtocol);
    client.transport.registerProducer(new NonStreamingProducer(client.transport), false);
    client.transport.loseConnection();
    pump.flush();
    expect(server.data.toString()).to.equal('0123456789');
    expect([client.closed, server.closed]).to.deep.equal([true, true]);
  });

  it('tells a hang-up while reading is paused, and the loss on resuming', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, Idle);
    const told: string[] = [];
    server.transport.events.on('hangUp', (how) => told.push(how));
    server.transport.pauseProducing();
    client.transport.write(bytes('last words'));
    client.transport.loseConnection();
    pump.flush();
    expect(told).to.deep.equal(['ended']);
    expect(server.events).to.deep.equal(['made']);
    server.transport.resumeProducing();
    pump.flush();
    expect(server.events).to.deep.equal(['made', 'data', 'lost']);
    expect(server.received.toString()).to.equal('last words');
  });

  it('lingers after `loseConnection()` until the other end closes, or the time is up', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingHalfCloseProtocol, RecordingProtocol, {
      client: { lingerMs: 5000 },
    });
    client.transport.loseConnection();
    pump.flush();
    expect(client.lost).to.equal(true);
    expect(server.events).to.deep.equal(['made', 'readLost']);
    server.transport.write(bytes('nobody reads this'));
    pump.flush();
    expect(server.lost).to.equal(false);
    pump.advance(5);
    server.transport.write(bytes('and this comes to a closed socket'));
    pump.flush();
    expect(server.reason?.value).to.be.instanceOf(ConnectionLost);
  });

  it('gives up a peer that reads too slowly, when the time has passed', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, RecordingProtocol, {
      server: { bufferBytes: 10 },
      client: { slowReaderTimeoutMs: 1000 },
    });
    server.transport.pauseProducing();
    client.transport.write(Buffer.alloc(100));
    pump.flush();
    pump.advance(0.9);
    expect(client.lost).to.equal(false);
    pump.advance(0.1);
    expect(client.lost).to.equal(true);
    expect(client.reason?.getErrorMessage()).to.contain('took none of 90 queued bytes');
  });

  it('fails as the network would, when a test says so', () => {
    const [client, server, pump] = connectedServerAndClient(RecordingProtocol, RecordingProtocol);
    pump.clientTransport.failWith('ETIMEDOUT');
    pump.flush();
    expect(client.reason?.value).to.be.instanceOf(ConnectionLost);
    expect((client.reason?.value as ConnectionLost).code).to.equal('ETIMEDOUT');
    // The other end can't know before it sends.
    expect(server.lost).to.equal(false);
    server.transport.write(bytes('are you there?'));
    pump.flush();
    expect(server.lost).to.equal(true);
  });

  it('keeps socket options, has no descriptor, and says so', () => {
    const [client, , pump] = connectedServerAndClient(Idle, Idle, {
      client: { noDelay: true, keepAlive: { idleMs: 1500 }, userTimeoutMs: 7 },
    });
    const { transport } = client;
    expect(transport.getTcpNoDelay()).to.equal(true);
    expect(transport.getTcpKeepAlive()).to.equal(true);
    expect(transport.getTcpUserTimeout()).to.equal(7);
    // TCP_KEEPIDLE, in seconds.
    expect(transport.getSocketOption(6, 4)).to.equal(2);
    transport.setTcpNoDelay(false);
    expect(transport.getTcpNoDelay()).to.equal(false);
    expect(() => transport.getTcpInfo()).to.throw('ENOPROTOOPT');
    expect(transport.fileno()).to.equal(-1);
    expect(() => transport.detach()).to.throw('no descriptor');
    expect(String(pump.clientTransport)).to.equal('<Idle client in memory>');
    transport.abortConnection();
    pump.flush();
    expect(() => transport.getTcpNoDelay()).to.throw('gone');
  });
});
