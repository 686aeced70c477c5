import { expect } from 'chai';
import { Factory } from '../../../src/protocols/index.js';
import { ConnectionDone, ConnectionRefusedError, TimeoutError } from '../../../src/errors/index.js';
import type { RecordingProtocol } from '../../../src/testing/index.js';
import {
  AccumulatingProtocol,
  ConnectionCompleter,
  LogCapture,
  MemoryReactor,
  MemoryReactorClock,
  RecordingFactory,
  flushLoggedErrors,
} from '../../../src/testing/index.js';

describe('ConnectionCompleter', () => {
  let reactor: MemoryReactorClock;
  let completer: ConnectionCompleter;

  beforeEach(() => {
    reactor = new MemoryReactorClock();
    completer = new ConnectionCompleter(reactor);
  });

  it('answers null when no attempt is pending, or nobody listens there', () => {
    // Twisted: ConnectionCompleterTests.test_noConnection
    const factory = new RecordingFactory();
    reactor.listenTCP(81, factory);
    reactor.listenTCP(80, factory, { interface: '10.0.0.1' });
    expect(completer.succeedOnce()).to.equal(null);
    expect(completer.failOnce()).to.equal(false);
    const connector = reactor.connectTCP('127.0.0.1', 80, new RecordingFactory());
    expect(completer.succeedOnce()).to.equal(null);
    expect(connector.state).to.equal('connecting');
  });

  it('leaves clients waiting whose port doesn’t accept', () => {
    const port = reactor.listenTCP(80, new RecordingFactory());
    reactor.connectTCP('127.0.0.1', 80, new RecordingFactory());
    port.pauseAccepting();
    expect(completer.succeedOnce()).to.equal(null);
    port.resumeAccepting();
    expect(completer.succeedOnce()).not.to.equal(null);
  });

  it('connects a pending client to the port that listens there', () => {
    // Twisted: ConnectionCompleterTests.test_someConnection
    const server = new RecordingFactory();
    const client = new RecordingFactory();
    const port = reactor.listenTCP(80, server);
    const connected: unknown[] = [];
    port.events.on('connection', (transport) => connected.push(transport));
    const connector = reactor.connectTCP('example.com', 80, client);
    const pump = completer.succeedOnce()!;
    expect(connector.state).to.equal('connected');
    expect(connector.transport).to.equal(pump.clientTransport);
    const [serving] = server.protocols as [RecordingProtocol];
    const [asking] = client.protocols as [RecordingProtocol];
    asking.transport.write(Buffer.from('hello'));
    pump.flush();
    expect(serving.received.toString()).to.equal('hello');
    expect(String(client.addresses[0])).to.equal('IPv4Address(TCP, 127.0.0.1, 80)');
    expect(String(server.addresses[0])).to.equal('IPv4Address(TCP, 127.0.0.1, 60000)');
    expect(connected).to.deep.equal([serving.transport]);
    expect([...port.connections]).to.deep.equal(connected);
    expect(port.counters).to.include({ accepted: 1, refused: 0 });

    serving.transport.loseConnection();
    pump.flush();
    expect(port.connections.size).to.equal(0);
    expect(client.events).to.deep.equal(['start', 'connecting', 'build', 'lost', 'stop']);
    expect(client.losses[0]?.value).to.be.instanceOf(ConnectionDone);
    expect(connector.state).to.equal('disconnected');
  });

  it('completes attempts in their order, in the reactor’s time', () => {
    const server = new RecordingFactory();
    reactor.listenTCP(80, server);
    const [first, second] = [new RecordingFactory(), new RecordingFactory()];
    reactor.connectTCP('127.0.0.1', 80, first, { slowReaderTimeoutMs: 1000 });
    reactor.connectTCP('127.0.0.1', 80, second);
    const pump = completer.succeedOnce({ server: { bufferBytes: 1 } })!;
    expect([first.protocols.length, second.protocols.length]).to.deep.equal([1, 0]);
    expect(pump.clock).to.equal(reactor);
    server.protocols[0]?.transport.pauseProducing();
    first.protocols[0]?.transport.write(Buffer.alloc(10));
    pump.flush();
    reactor.advance(1);
    pump.flush();
    expect(first.losses).to.have.length(1);
    completer.succeedOnce();
    expect(second.protocols).to.have.length(1);
  });

  it('serves with another factory if it is given one', () => {
    const client = new RecordingFactory();
    reactor.connectTCP('127.0.0.1', 80, client);
    class Greeter extends AccumulatingProtocol {
      override connectionMade(): void {
        this.transport.write(Buffer.from('welcome'));
      }
    }
    completer.succeedOnce({ serverFactory: Factory.forProtocol(Greeter) });
    expect(client.protocols[0]?.received.toString()).to.equal('welcome');
  });

  it('a client whose server refuses it is closed, as one whose server throws', () => {
    using log = new LogCapture();
    const refusing = new RecordingFactory({ build: () => null });
    const broken = new RecordingFactory({
      build: () => {
        throw new Error('in buildProtocol');
      },
    });
    const [first, second] = [reactor.listenTCP(80, refusing), reactor.listenTCP(81, broken)];
    for (const { port } of [first.getHost(), second.getHost()]) {
      const client = new RecordingFactory();
      reactor.connectTCP('127.0.0.1', port, client);
      completer.succeedOnce();
      expect(client.protocols[0]?.events).to.deep.equal(['made', 'lost']);
      expect(client.losses[0]?.value).to.be.instanceOf(ConnectionDone);
    }
    expect([first.counters.refused, second.counters.failed]).to.deep.equal([1, 1]);
    expect(flushLoggedErrors(Error)).to.have.length(1);
    expect(log.errors).to.deep.equal([]);
  });

  it('a client that refuses its server is lost', () => {
    const server = new RecordingFactory();
    const client = new RecordingFactory({ build: () => null });
    reactor.listenTCP(80, server);
    reactor.connectTCP('127.0.0.1', 80, client);
    completer.succeedOnce();
    expect(client.events).to.deep.equal(['start', 'connecting', 'build', 'lost', 'stop']);
    expect(server.protocols[0]?.events).to.deep.equal(['made', 'lost']);
  });

  it('`failOnce()` refuses a client, or fails it with another reason', () => {
    const client = new RecordingFactory();
    const memory = new MemoryReactor();
    const connector = memory.connectTCP('127.0.0.1', 80, client);
    const failing = new ConnectionCompleter(memory);
    expect(failing.failOnce()).to.equal(true);
    expect(client.failures[0]?.value)
      .to.be.instanceOf(ConnectionRefusedError)
      .with.property('code', 'ECONNREFUSED');
    connector.connect();
    expect(failing.failOnce(new TimeoutError())).to.equal(true);
    expect(client.failures[1]?.value).to.be.instanceOf(TimeoutError);
    expect(failing.failOnce()).to.equal(false);
  });
});
