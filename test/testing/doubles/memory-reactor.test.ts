import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Deferred } from '../../../src/defer/index.js';
import {
  CannotListenError,
  ConnectError,
  ConnectionLost,
  ConnectingCancelledError,
  DNSLookupError,
  NotConnectingError,
  ReactorAlreadyRunning,
  ReactorClosedError,
  ServiceNameUnknownError,
  UserError,
} from '../../../src/errors/index.js';
import type {
  IHangUpDescriptor,
  IReactorCore,
  IReactorFDSet,
  IReactorSocket,
  IReactorTCP,
  IReactorTime,
  IReadWriteDescriptor,
} from '../../../src/interfaces/index.js';
import {
  AccumulatingFactory,
  LogCapture,
  MemoryReactor,
  MemoryReactorClock,
  RaisingMemoryReactor,
  RecordingFactory,
  StringTransport,
  failureResultOf,
  flushLoggedErrors,
  successResultOf,
} from '../../../src/testing/index.js';

const descriptor = (): IReadWriteDescriptor & IHangUpDescriptor => ({
  fileno: () => 5,
  logPrefix: () => 'descriptor',
  connectionLost: () => undefined,
  doRead: () => undefined,
  doWrite: () => undefined,
  hangUp: () => undefined,
});

describe('MemoryReactor', () => {
  let reactor: MemoryReactor;

  beforeEach(() => {
    reactor = new MemoryReactor();
  });

  it('can be handed to whatever takes a reactor', () => {
    // Twisted: ReactorTests.test_memoryReactorProvides (TCP and sockets; TLS and UNIX come later)
    // Twisted: ReactorTests.test_raisingReactorProvides
    type Faces = IReactorCore & IReactorFDSet & IReactorTCP & IReactorSocket;
    expectTypeOf(reactor).toExtend<Faces>();
    expectTypeOf<RaisingMemoryReactor>().toExtend<Faces>();
    expectTypeOf<MemoryReactorClock>().toExtend<Faces & IReactorTime>();
    expect(reactor.listenTCP(1, new RecordingFactory()).listening).to.equal(true);
  });

  describe('listenTCP()', () => {
    it('keeps its arguments and answers a port that listens', () => {
      // Twisted: ReactorTests.test_listenDefaultHost
      const factory = new RecordingFactory();
      const options = { backlog: 7 };
      const port = reactor.listenTCP(8080, factory, options);
      expect(reactor.tcpServers).to.deep.equal([{ port: 8080, factory, options }]);
      expect(reactor.ports).to.deep.equal([port]);
      expect(String(port.getHost())).to.equal('IPv4Address(TCP, 0.0.0.0, 8080)');
      expect(port.listening).to.equal(true);
      expect(factory.events).to.deep.equal(['start']);
      expect(String(port)).to.equal('<MemoryPort IPv4Address(TCP, 0.0.0.0, 8080)>');
    });

    it('knows the interface, and finds a free number', () => {
      const listen = (): number =>
        reactor.listenTCP(0, new RecordingFactory(), { interface: '::1' }).getHost().port;
      expect([listen(), listen()]).to.deep.equal([49_152, 49_153]);
      expect(reactor.ports[0]?.getHost().host).to.equal('::1');
      expect(reactor.tcpServers[0]?.port).to.equal(0);
    });

    it('throws what a real reactor would', () => {
      expect(() => reactor.listenTCP(65_536, new RecordingFactory())).to.throw(RangeError);
      expect(() => reactor.listenTCP(1, new RecordingFactory(), { interface: 'nowhere' })).to.throw(
        'nowhere',
      );
      const signal = AbortSignal.abort(new Error('aborted already'));
      expect(() => reactor.listenTCP(1, new RecordingFactory(), { signal })).to.throw('aborted already');
      expect(reactor.tcpServers).to.deep.equal([]);
    });

    it('the port stops its factory, tells it by events, and can start again', () => {
      const factory = new RecordingFactory();
      const controller = new AbortController();
      const port = reactor.listenTCP(80, factory, { signal: controller.signal });
      const told: string[] = [];
      port.events.on('closed', () => told.push('closed'));
      port.events.on('listening', (host) => told.push(`listening on ${host.type}`));
      successResultOf(port.stopListening());
      successResultOf(port.stopListening());
      port.startListening();
      port.startListening();
      controller.abort();
      expect(port.listening).to.equal(false);
      expect(told).to.deep.equal(['closed', 'listening on TCP', 'closed']);
      expect(factory.events).to.deep.equal(['start', 'stop', 'start', 'stop']);
    });

    it('the port has the rest of a port, too', async () => {
      const port = reactor.listenTCP(80, new RecordingFactory());
      expect(port.fileno()).to.equal(-1);
      expect(port.ref().unref()).to.equal(port);
      expect([...port.connections]).to.deep.equal([]);
      port.pauseAccepting();
      expect([port.accepting, port.listening]).to.deep.equal([false, true]);
      port.resumeAccepting();
      expect(port.accepting).to.equal(true);
      {
        await using closed = port;
        expect(closed.listening).to.equal(true);
      }
      expect(port.listening).to.equal(false);
    });

    it('the Deferred of `stopListening()` fails with what stopFactory throws', () => {
      const factory = new RecordingFactory({
        stop: () => {
          throw new Error('in stopFactory');
        },
      });
      const failure = failureResultOf(reactor.listenTCP(80, factory).stopListening());
      expect(failure.getErrorMessage()).to.equal('in stopFactory');
    });
  });

  describe('connectTCP()', () => {
    it('keeps its arguments and answers a connector that knows where to', () => {
      // Twisted: ReactorTests.test_connectDestination
      const factory = new RecordingFactory();
      const connector = reactor.connectTCP('127.0.0.1', 80, factory, { timeout: 5 });
      expect(reactor.tcpClients).to.deep.equal([
        { host: '127.0.0.1', port: 80, factory, options: { timeout: 5 } },
      ]);
      expect(reactor.connectors).to.deep.equal([connector]);
      expect(String(connector.getDestination())).to.equal('IPv4Address(TCP, 127.0.0.1, 80)');
      expect(String(reactor.connectTCP('::1', 80, factory).getDestination())).to.match(/^IPv6Address/);
      const named = reactor.connectTCP('example.com', 'http', factory);
      expect(String(named.getDestination())).to.equal('HostnameAddress(example.com, 80)');
      expect(named.state).to.equal('connecting');
      expect(factory.connectors).to.have.length(3);
      expect(String(named)).to.equal('<MemoryConnector to HostnameAddress(example.com, 80), connecting>');
    });

    it('throws what a real reactor would', () => {
      const factory = new RecordingFactory();
      expect(() => reactor.connectTCP('h', 0, factory)).to.throw(RangeError);
      expect(() => reactor.connectTCP('h', 'no such service', factory)).to.throw(ServiceNameUnknownError);
    });

    it('the connector tells its factory how the attempt went, and starts and stops it', () => {
      const factory = new RecordingFactory();
      const connector = reactor.connectTCP('127.0.0.1', 80, factory);
      const transport = new StringTransport();
      connector.connectionMade(transport);
      expect([connector.state, connector.transport]).to.deep.equal(['connected', transport]);
      expect(() => connector.connect()).to.throw('connected');
      expect(() => connector.stopConnecting()).to.throw(NotConnectingError);
      connector.disconnect();
      expect(transport.disconnecting).to.equal(true);
      connector.connectionLost(new ConnectionLost());
      expect(factory.events).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
      expect(factory.losses[0]?.value).to.be.instanceOf(ConnectionLost);
      expect(() => connector.connectionLost(new ConnectionLost())).to.throw('no connection');
      expect(() => connector.connectionMade(transport)).to.throw(NotConnectingError);
    });

    it('a factory that connects again is not stopped, and each attempt is kept', () => {
      const factory = new RecordingFactory({
        failed: (connector) => {
          if (factory.failures.length < 2) connector.connect();
        },
      });
      const connector = reactor.connectTCP('127.0.0.1', 80, factory);
      connector.connectionFailed(new ConnectError());
      expect(connector.state).to.equal('connecting');
      expect(reactor.tcpClients).to.have.length(2);
      connector.connectionFailed(new ConnectError());
      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'connecting', 'failed', 'stop']);
    });

    it('an attempt that its factory doesn’t let begin is none', () => {
      const factory = new RecordingFactory({
        connecting: () => {
          throw new Error('in startedConnecting');
        },
      });
      expect(() => reactor.connectTCP('127.0.0.1', 80, factory)).to.throw('in startedConnecting');
      expect(factory.events).to.deep.equal(['start', 'connecting', 'stop']);
      expect(reactor.connectors[0]?.state).to.equal('disconnected');
    });

    it('an attempt that is stopped fails with a UserError', () => {
      const factory = new RecordingFactory();
      const connector = reactor.connectTCP('127.0.0.1', 80, factory);
      connector.disconnect();
      expect(connector.stoppedConnecting).to.equal(true);
      expect(factory.failures[0]?.value).to.be.instanceOf(UserError);
      expect(connector.state).to.equal('disconnected');
      connector.disconnect();
    });

    it('a connector listens to its signal only while an attempt is under way', () => {
      const { signal } = new AbortController();
      const connector = reactor.connectTCP('127.0.0.1', 80, new RecordingFactory(), { signal });
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      connector.connectionFailed(new ConnectError());
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
      connector.connect();
      connector.connectionMade(new StringTransport());
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('an attempt whose signal is aborted fails, in a later step if it was aborted already', async () => {
      const factory = new RecordingFactory();
      const controller = new AbortController();
      const { signal } = controller;
      reactor.connectTCP('127.0.0.1', 80, factory, { signal });
      controller.abort();
      expect(factory.failures[0]?.value).to.be.instanceOf(ConnectingCancelledError);
      reactor.connectTCP('127.0.0.1', 80, factory, { signal });
      expect(factory.failures).to.have.length(1);
      await Promise.resolve();
      expect(factory.failures).to.have.length(2);
    });
  });

  describe('adopted sockets', () => {
    it('are kept, and have ports and transports', () => {
      const factory = new AccumulatingFactory();
      const port = reactor.adoptStreamPort(7, 2, factory);
      const transport = reactor.adoptStreamConnection(8, 2, factory);
      expect(reactor.adoptedPorts).to.deep.equal([{ fd: 7, family: 2, factory, options: {} }]);
      expect(reactor.adoptedStreamConnections).to.deep.equal([{ fd: 8, family: 2, factory, options: {} }]);
      expect(port.listening).to.equal(true);
      expect(factory.protocols[0]?.transport).to.equal(transport);
      const refusing = new RecordingFactory({ build: () => null });
      expect(reactor.adoptStreamConnection(9, 2, refusing)).to.equal(null);
    });
  });

  describe('the descriptor set', () => {
    it('lists a reader once, until it is removed', () => {
      // Twisted: ReactorTests.test_readers
      const [reader, other] = [descriptor(), descriptor()];
      reactor.addReader(reader);
      reactor.addReader(reader);
      expect(reactor.getReaders()).to.deep.equal([reader]);
      reactor.removeReader(other);
      expect(reactor.getReaders()).to.deep.equal([reader]);
      reactor.removeReader(reader);
      expect(reactor.getReaders()).to.deep.equal([]);
    });

    it('lists a writer once, until it is removed', () => {
      // Twisted: ReactorTests.test_writers
      const [writer, other] = [descriptor(), descriptor()];
      reactor.addWriter(writer);
      reactor.addWriter(writer);
      expect(reactor.getWriters()).to.deep.equal([writer]);
      reactor.removeWriter(other);
      expect(reactor.getWriters()).to.deep.equal([writer]);
      reactor.removeWriter(writer);
      expect(reactor.getWriters()).to.deep.equal([]);
    });

    it('forgets a descriptor, or all of them, each answered once', () => {
      const [one, other] = [descriptor(), descriptor()];
      for (const each of [one, other]) {
        reactor.addReader(each);
        reactor.addWriter(each);
        reactor.addHangUpWatch(each);
        reactor.keepAlive(each, false);
      }
      expect(reactor.unreferenced.size).to.equal(2);
      reactor.keepAlive(one, true);
      expect([...reactor.unreferenced]).to.deep.equal([other]);
      reactor.forget(other);
      expect([...reactor.hangUpWatches]).to.deep.equal([one]);
      expect(reactor.removeAll()).to.deep.equal([one]);
      expect(reactor.removeAll()).to.deep.equal([]);
      expect(reactor.hangUpWatches.size).to.equal(0);
    });
  });

  describe('run()', () => {
    it('makes the calls of `callWhenRunning()`, at once while it runs, and stops', async () => {
      // Twisted: ReactorTests.test_call_when_running
      const called: unknown[] = [];
      const hook = (text: string): void => {
        called.push(text, reactor.running);
        if (text === 'first') reactor.callWhenRunning(hook, 'inner');
      };
      reactor.callWhenRunning(hook, 'first');
      reactor.callWhenRunning(hook, 'second');
      expect(called).to.deep.equal([]);
      const ended = reactor.run();
      expect(called).to.deep.equal(['first', true, 'inner', true, 'second', true]);
      expect([reactor.hasRun, reactor.hasStopped, reactor.running]).to.deep.equal([true, true, false]);
      expect(reactor.whenRunningHooks.map(({ args }) => args)).to.deep.equal([
        ['first'],
        ['second'],
        ['inner'],
      ]);
      await ended;
    });

    it('fires startup and shutdown, and can be called again', async () => {
      const called: string[] = [];
      reactor.addSystemEventTrigger('before', 'startup', () => called.push('startup'));
      reactor.addSystemEventTrigger('during', 'shutdown', () => called.push('shutdown'));
      reactor.callFromThread(() => called.push('from thread'));
      await reactor.run();
      await reactor.run();
      expect(called).to.deep.equal(['startup', 'from thread', 'shutdown']);
    });

    it('waits for triggers that do, and can not be called again meanwhile', async () => {
      const ready = new Deferred<void>();
      reactor.addSystemEventTrigger('before', 'startup', () => ready);
      const ended = reactor.run();
      expect([reactor.running, reactor.hasStopped]).to.deep.equal([false, false]);
      expect(() => reactor.run()).to.throw(ReactorAlreadyRunning);
      ready.callback();
      expect(reactor.hasStopped).to.equal(true);
      await ended;
    });

    it('ends with `crash()`, without a shutdown', async () => {
      const called: string[] = [];
      reactor.addSystemEventTrigger('during', 'shutdown', () => called.push('shutdown'));
      reactor.callWhenRunning(() => reactor.crash());
      await reactor.run();
      expect([reactor.hasCrashed, reactor.hasStopped]).to.deep.equal([true, false]);
      expect(called).to.deep.equal([]);
    });

    it('`stop()` is kept also when nobody has called it', () => {
      reactor.stop();
      expect([reactor.hasStopped, reactor.hasRun]).to.deep.equal([true, false]);
    });
  });

  it('keeps triggers until they are taken back, and fires them by hand', () => {
    const called: unknown[] = [];
    const f = (text: string): void => void called.push(text);
    const trigger = reactor.addSystemEventTrigger('during', 'shutdown', f, 'one');
    const other = reactor.addSystemEventTrigger('after', 'own event', f, 'two');
    expect(reactor.triggers.map(({ phase, eventType }) => `${phase} ${eventType}`)).to.deep.equal([
      'during shutdown',
      'after own event',
    ]);
    reactor.removeSystemEventTrigger(trigger);
    expect(reactor.triggers).to.have.length(1);
    expect(reactor.triggers[0]).to.include({ f, trigger: other });
    reactor.fireSystemEvent('shutdown');
    reactor.fireSystemEvent('own event');
    expect(called).to.deep.equal(['two']);
  });

  it('`iterate()` makes the calls of `callFromThread()`', () => {
    const called: number[] = [];
    reactor.callFromThread((n: number) => called.push(n), 1);
    expect(called).to.deep.equal([]);
    reactor.iterate();
    reactor.iterate();
    expect(called).to.deep.equal([1]);
  });

  it('`resolve()` knows addresses, and the names that a test gives it', () => {
    reactor.hosts.set('example.com', '192.0.2.1');
    expect(successResultOf(reactor.resolve('example.com'))).to.equal('192.0.2.1');
    expect(successResultOf(reactor.resolve('127.0.0.1'))).to.equal('127.0.0.1');
    expect(successResultOf(reactor.resolve(''))).to.equal('0.0.0.0');
    failureResultOf(reactor.resolve('unknown.example'), DNSLookupError);
  });

  it('`close()` drops ports and attempts, and then everything throws', () => {
    const server = new RecordingFactory();
    const client = new RecordingFactory();
    const port = reactor.listenTCP(80, server);
    const reasons: unknown[] = [];
    port.events.on('closed', (reason) => reasons.push(reason?.value));
    reactor.connectTCP('127.0.0.1', 80, client);
    reactor.addReader(descriptor());
    reactor.close();
    reactor[Symbol.dispose]();
    expect(reasons[0]).to.be.instanceOf(ConnectionLost);
    expect(reasons).to.have.length(1);
    expect(server.events).to.deep.equal(['start', 'stop']);
    expect(client.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    expect(reactor.getReaders()).to.deep.equal([]);
    expect(() => reactor.listenTCP(81, server)).to.throw(ReactorClosedError);
    expect(() => reactor.callWhenRunning(() => undefined)).to.throw(ReactorClosedError);
  });
});

describe('MemoryReactor.close()', () => {
  it('logs what factories throw, and goes on', () => {
    using log = new LogCapture();
    const reactor = new MemoryReactor();
    const fail = (): never => {
      throw new RangeError('not now');
    };
    reactor.listenTCP(80, new RecordingFactory({ stop: fail }));
    const client = new RecordingFactory({ failed: fail });
    reactor.connectTCP('127.0.0.1', 80, client);
    reactor.close();
    expect(client.events).to.include('failed');
    expect(flushLoggedErrors(RangeError)).to.have.length(2);
    expect(log.errors).to.deep.equal([]);
  });
});

describe('MemoryReactorClock', () => {
  it('has time that passes only when told to', () => {
    const reactor = new MemoryReactorClock();
    const called: string[] = [];
    reactor.callLater(1, (text: string) => called.push(text), 'later');
    reactor.callFromThread(() => called.push('from thread'));
    expect(reactor.getDelayedCalls()).to.have.length(1);
    reactor.advance(0.5);
    expect(called).to.deep.equal(['from thread']);
    reactor.pump([0.25, 0.25]);
    expect(called).to.deep.equal(['from thread', 'later']);
    expect(reactor.seconds()).to.equal(1);
    reactor.iterate(2);
    expect(reactor.seconds()).to.equal(3);
    reactor.close();
    expect(() => reactor.callLater(0, () => undefined)).to.throw(ReactorClosedError);
  });
});

describe('RaisingMemoryReactor', () => {
  it('throws what it was given, and keeps what was asked', () => {
    const factory = new RecordingFactory();
    const listenException = new CannotListenError('', 80, new Error('in use'));
    const connectException = new ConnectError();
    const reactor = new RaisingMemoryReactor({ listenException, connectException });
    expect(() => reactor.listenTCP(80, factory)).to.throw(listenException);
    expect(() => reactor.adoptStreamPort(3, 2, factory)).to.throw(listenException);
    expect(() => reactor.connectTCP('h', 80, factory)).to.throw(connectException);
    expect([reactor.tcpServers.length, reactor.adoptedPorts.length, reactor.tcpClients.length]).to.deep.equal(
      [1, 1, 1],
    );
    expect(factory.events).to.deep.equal([]);
  });

  it('does what it was given no exception for', () => {
    const reactor = new RaisingMemoryReactor();
    const factory = new RecordingFactory();
    expect(reactor.listenTCP(80, factory).listening).to.equal(true);
    expect(reactor.adoptStreamPort(3, 2, factory).listening).to.equal(true);
    expect(reactor.connectTCP('h', 80, factory).state).to.equal('connecting');
  });
});
