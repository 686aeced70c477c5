import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { IPv4Address } from '../../src/address/index.js';
import {
  ConnectBindError,
  ConnectError,
  ConnectionDone,
  ConnectionRefusedError,
  ReactorClosedError,
  SystemError,
  TimeoutError,
  UserError,
} from '../../src/errors/index.js';
import type { IHostnameResolver } from '../../src/interfaces/index.js';
import { type ErrnoName, type Libc, SO_ERROR, errno } from '../../src/libc/index.js';
import { Connector } from '../../src/tcp/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import { RecordingFactory, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { FakeResolver } from '../names/fake-resolver.js';
import { FakeContext } from './fake-context.js';
import { describeOnKernel } from './on-kernel.js';

/** The calls that connecting makes, with an errno that each may give, and the kind of error that it becomes. */
const connectingCalls: readonly (readonly [LibcCall, ErrnoName, new (...args: never[]) => Error])[] = [
  ['socket', 'EMFILE', ConnectBindError],
  ['socket', 'ENOBUFS', ConnectBindError],
  ['setsockopt', 'ENOMEM', ConnectBindError],
  ['bind', 'EADDRNOTAVAIL', ConnectBindError],
  ['connect', 'ENETUNREACH', ConnectError],
  ['connect', 'EADDRNOTAVAIL', ConnectError],
  ['epoll_ctl', 'ENOSPC', ConnectError],
  ['epoll_ctl', 'ENOMEM', ConnectError],
  ['getsockopt', 'ENOBUFS', ConnectError],
  ['getsockname', 'ENOBUFS', SystemError],
];

/** Nobody listens there: it takes root to do so, and nobody has. */
const NOBODY = { host: '127.0.0.1', port: 1 };

/** What the last `clientConnectionFailed` was told. */
function failureOf({ failures }: RecordingFactory): unknown {
  return failures.at(-1)?.value;
}

function isOver({ events }: RecordingFactory): boolean {
  return events.at(-1) === 'stop';
}

describeOnKernel('Connector', (it) => {
  for (const [call, code, type] of connectingCalls) {
    it(`when ${call} fails with ${code} tells the factory once, in a later turn, and leaves nothing open`, async (env) => {
      const listener = env.peers.listen();
      const factory = new RecordingFactory();
      const openBefore = env.libc.descriptors.open;
      env.faults.fail(call, { errno: code });
      env.connect(listener.address, factory, { noDelay: true, bindAddress: { host: '127.0.0.1' } });
      expect(factory.events).to.deep.equal(['start', 'connecting']);
      await env.drive(() => isOver(factory));

      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(failureOf(factory)).to.be.instanceOf(type).and.to.include({ code });
      env.log.flushErrors(SystemError);
      listener.close();
      for (const peer of listener.accepted) peer.close();
      expect(env.libc.descriptors.open).to.equal(openBefore - 1);
      expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
    });
  }

  describe('that cannot begin', () => {
    it('because the reactor is closed says so, and tells the factory nothing', async (env) => {
      const factory = new RecordingFactory();
      const connector = env.connect(NOBODY, factory);
      await env.drive(() => isOver(factory));
      env.reactor.close();

      expect(() => connector.connect()).to.throw(ReactorClosedError);
      expect(connector.state).to.equal('disconnected');
      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    });

    it('because `startFactory` throws is disconnected, and lets the error out', (env) => {
      const factory = new RecordingFactory({
        start: () => {
          throw new Error('boom');
        },
      });

      expect(() => env.connect(NOBODY, factory)).to.throw('boom');
      expect(factory.events).to.deep.equal(['start']);
      expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
    });

    it('because `startedConnecting` throws stops the factory, and can begin the next time', async (env) => {
      let throws = true;
      const factory = new RecordingFactory({
        connecting: () => {
          if (throws) throw new Error('boom');
        },
      });
      expect(() => env.connect(NOBODY, factory)).to.throw('boom');
      expect(factory.events).to.deep.equal(['start', 'connecting', 'stop']);
      throws = false;
      const [connector] = factory.connectors;
      expect(connector?.state).to.equal('disconnected');

      connector?.connect();
      await env.drive(() => factory.failures.length === 1);
      expect(failureOf(factory)).to.be.instanceOf(ConnectionRefusedError);
    });

    it('because `startedConnecting` closes the reactor fails with that', (env) => {
      const factory = new RecordingFactory({ connecting: () => env.reactor.close() });
      env.connect(NOBODY, factory);

      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(failureOf(factory)).to.be.instanceOf(ReactorClosedError);
    });

    it('because the resolver throws fails with that, in a later turn', async (env) => {
      const boom = new Error('boom');
      const resolver: IHostnameResolver = {
        resolveHostName: () => {
          throw boom;
        },
      };
      const factory = new RecordingFactory();
      const connector = env.connect({ host: 'some.host', port: 1 }, factory, { resolver });
      expect(factory.events).to.deep.equal(['start', 'connecting']);
      await env.drive(() => isOver(factory));

      expect(failureOf(factory)).to.equal(boom);
      expect(connector.state).to.equal('disconnected');
      expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
    });
  });

  describe('that is stopped', () => {
    // Twisted: TCPConnectorTestsBuilder.test_userFail
    it('in `startedConnecting`, and begun anew in `clientConnectionFailed`, makes the second attempt only', async (env) => {
      const listener = env.peers.listen();
      const factory = new RecordingFactory({
        connecting: (connector) => {
          if (factory.connectors.length === 1) connector.stopConnecting();
        },
        failed: (connector) => connector.connect(),
      });
      env.connect(listener.address, factory);
      await env.drive(() => factory.protocols[0]?.made === true);

      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'connecting', 'build']);
      expect(failureOf(factory)).to.be.instanceOf(UserError);
      expect(env.faults.count('socket')).to.equal(1);
    });

    it('by the end of the reactor, with a signal that is aborted already, hears of it once', (env) => {
      const factory = new RecordingFactory();
      env.connect(NOBODY, factory, { signal: AbortSignal.abort() });
      expect(factory.events).to.deep.equal(['start', 'connecting']);
      env.reactor.close();

      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    });

    it('by the end of the reactor, and begun anew whenever it fails, hears of each failure', async (env) => {
      const resolver = new FakeResolver();
      const factory = new RecordingFactory({
        failed: (connector) => {
          if (factory.failures.length < 2) connector.connect();
        },
      });
      const { signal } = new AbortController();
      env.connect({ host: 'some.host', port: 1 }, factory, { resolver, signal });
      env.reactor.close();
      await env.drive.turns(2);

      expect(factory.events).to.deep.equal([
        ...['start', 'connecting', 'failed', 'connecting', 'failed', 'stop'],
      ]);
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('during a look-up cancels that', async (env) => {
      const resolver = new FakeResolver();
      const factory = new RecordingFactory();
      const connector = env.connect({ host: 'some.host', port: 1 }, factory, { resolver });
      await env.drive.turns(2);
      connector.disconnect();

      expect(resolver.cancelled).to.equal(1);
      expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
    });

    it('by its time-out during a look-up that never answers', async (env) => {
      const resolver = new FakeResolver();
      const factory = new RecordingFactory();
      env.connect({ host: 'some.host', port: 1 }, factory, { resolver, timeout: 0.01 });
      await env.drive(() => isOver(factory));

      expect(failureOf(factory)).to.be.instanceOf(TimeoutError);
      expect(resolver.cancelled).to.equal(1);
    });

    it('lets go of its abort signal, as it does when the connection is made', async (env) => {
      const { signal } = new AbortController();
      const factory = new RecordingFactory();
      const listeners = (): number => getEventListeners(signal, 'abort').length;
      const connector = env.connect(NOBODY, factory, { signal });
      expect(listeners()).to.equal(1);
      connector.stopConnecting();
      expect(listeners()).to.equal(0);

      const other = new RecordingFactory();
      env.connect(env.peers.listen().address, other, { signal });
      await env.drive(() => other.protocols[0]?.made === true);
      expect(listeners()).to.equal(0);
    });

    it('without a time-out has no timer to cancel', async (env) => {
      const factory = new RecordingFactory();
      const connector = env.connect(NOBODY, factory, { timeout: 0 });
      expect(env.reactor.getDelayedCalls()).to.deep.equal([]);
      await env.drive(() => isOver(factory));

      expect(connector.state).to.equal('disconnected');
    });
  });

  describe('whose factory builds a protocol', () => {
    it('and disconnects in there closes the connection, which the protocol never hears of', async (env) => {
      const listener = env.peers.listen();
      const factory = new RecordingFactory({
        build: () => {
          factory.connectors[0]?.disconnect();
          return new RecordingProtocol();
        },
      });
      env.connect(listener.address, factory);
      await env.drive(() => isOver(factory));

      expect(factory.events).to.deep.equal(['start', 'connecting', 'build', 'lost', 'stop']);
      expect(factory.losses[0]?.value).to.be.instanceOf(ConnectionDone);
      expect(factory.protocols[0]?.events).to.deep.equal([]);
      await env.drive(() => listener.accepted[0]?.sawClose === true);
    });

    it('and closes the reactor in there leaves nothing open', async (env) => {
      const listener = env.peers.listen();
      const factory = new RecordingFactory({
        build: () => {
          env.reactor.close();
          return new RecordingProtocol();
        },
      });
      env.connect(listener.address, factory);
      await env.drive(() => isOver(factory));

      expect(factory.protocols[0]?.events).to.deep.equal([]);
      expect(factory.events.filter((event) => event === 'lost')).to.have.length(1);
    });

    it('and forgets to return it fails with a TypeError', async (env) => {
      const listener = env.peers.listen();
      const factory = Object.assign(new RecordingFactory(), { buildProtocol: () => undefined as never });
      env.connect(listener.address, factory);
      await env.drive(() => isOver(factory));

      expect(failureOf(factory))
        .to.be.instanceOf(TypeError)
        .and.have.property('message')
        .that.includes('undefined');
      expect(env.log.flushErrors(TypeError)).to.have.length(1);
    });

    it('that disconnects in connectionMade ends in order', async (env) => {
      const factory: RecordingFactory = new RecordingFactory({
        build: () => new RecordingProtocol({ made: () => factory.connectors[0]?.disconnect() }),
      });
      env.connect(env.peers.listen().address, factory);
      await env.drive(() => isOver(factory));

      expect(factory.protocols[0]?.events).to.deep.equal(['made', 'lost']);
      expect(factory.losses[0]?.value).to.be.instanceOf(ConnectionDone);
    });
  });

  it('tries again and again from `clientConnectionFailed`, with one start of the factory', async (env) => {
    const factory = new RecordingFactory({
      failed: (connector) => {
        if (factory.failures.length < 20) connector.connect();
      },
    });
    env.connect(NOBODY, factory);
    await env.drive(() => isOver(factory));

    expect(factory.failures).to.have.length(20);
    expect(factory.events.filter((event) => event === 'start' || event === 'stop')).to.deep.equal([
      'start',
      'stop',
    ]);
  });

  it('has texts that name the destination, the state and the protocol', async (env) => {
    const listener = env.peers.listen();
    const factory = new RecordingFactory();
    const connector = env.connect(listener.address, factory);
    const where = `127.0.0.1:${listener.address.port}`;
    expect(inspect(connector)).to.equal(`<Connector to ${where}, connecting>`);
    await env.drive(() => factory.protocols[0]?.made === true);

    expect(inspect(connector)).to.equal(`<Connector to ${where}, connected>`);
    const { transport } = factory.protocols[0]!;
    expect(inspect(transport)).to.contain(`<RecordingProtocol client to ${where}, connected, `);
    // Twisted: LogTests.test_logstrClientSetup
    expect((transport as unknown as { logPrefix(): string }).logPrefix()).to.equal(
      'RecordingProtocol,client',
    );
  });

  it('by name with one address fails with its error, with more than one with all of them', async (env) => {
    for (const hosts of [['127.0.0.1'], ['127.0.0.1', '127.0.0.2']]) {
      const resolver = new FakeResolver();
      const factory = new RecordingFactory();
      env.connect({ host: 'some.host', port: NOBODY.port }, factory, { resolver });
      resolver.find(...hosts.map((host) => new IPv4Address('TCP', host, NOBODY.port)));
      resolver.complete();
      await env.drive(() => isOver(factory));

      const failure = failureOf(factory);
      const errors = failure instanceof AggregateError ? (failure.errors as unknown[]) : [failure];
      expect(failure instanceof AggregateError).to.equal(hosts.length > 1);
      expect(errors).to.have.length(hosts.length);
      for (const error of errors) expect(error).to.be.instanceOf(ConnectionRefusedError);
    }
  });

  it('by name closes the connections that came too late', async (env) => {
    const listener = env.peers.listen();
    const resolver = new FakeResolver();
    const factory = new RecordingFactory();
    const { port } = listener.address;
    // Both attempts get as far as the kernel before either is told of.
    env.faults.before('connect', () => listener.poll(), { persist: true });
    env.connect({ host: 'some.host', port }, factory, { resolver, attemptDelayMs: 0 });
    resolver.find(new IPv4Address('TCP', '127.0.0.1', port), new IPv4Address('TCP', '127.0.0.2', port));
    resolver.complete();
    await env.drive(() => factory.protocols[0]?.made === true);
    await env.drive.turns(5);

    expect(factory.protocols).to.have.length(1);
    expect(listener.accepted.filter((peer) => !peer.sawClose)).to.have.length(1);
  });
});

describe('Connector, with a connection that the kernel makes at once', () => {
  function connectAtOnce(): {
    context: FakeContext;
    connector: Connector;
    factory: RecordingFactory;
    closed: number[];
  } {
    const closed: number[] = [];
    const libc: Partial<Libc> = {
      socket: () => 9,
      connect: () => 0,
      getsockname: (_fd, address) => {
        address.setIPv4(0x7f000001, 5000);
        return 0;
      },
      getsockopt: (_fd, _level, name) => (name === SO_ERROR ? -errno.EINVAL : 4),
      close: (fd) => closed.push(fd),
    };
    const context = new FakeContext(libc);
    const factory = new RecordingFactory();
    const connector = new Connector(context, '127.0.0.1', 8007, factory, { timeout: 0 });
    connector.connect();
    return { context, connector, factory, closed };
  }

  it('tells the factory in a later turn all the same', () => {
    const { context, factory } = connectAtOnce();
    expect(factory.events).to.deep.equal(['start', 'connecting']);

    context.time.advance(0);

    expect(factory.events).to.deep.equal(['start', 'connecting', 'build']);
    expect(factory.protocols[0]?.made).to.equal(true);
  });

  it('is kept by nobody once the attempt is over', () => {
    for (const end of ['connected', 'stopped'] as const) {
      const { context, connector } = connectAtOnce();
      expect(context.onDisconnectAll.size).to.equal(1);
      if (end === 'connected') context.time.advance(0);
      else connector.stopConnecting();

      expect(context.onDisconnectAll.size).to.equal(0);
      expect(connector.state).to.equal(end === 'connected' ? 'connected' : 'disconnected');
    }
  });

  it('takes it although it was disconnected before it began', () => {
    const { context, connector, factory } = connectAtOnce();
    connector.stopConnecting();
    connector.disconnect();
    connector.connect();
    context.time.advance(0);

    expect(connector.state).to.equal('connected');
    expect(factory.protocols[0]?.made).to.equal(true);
  });

  it('closes it when the reactor drops everything before that turn, and tells the factory', () => {
    const { context, factory, closed } = connectAtOnce();
    for (const giveUp of [...context.onDisconnectAll]) giveUp();

    expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    expect(closed).to.deep.equal([9]);

    context.time.advance(0);
    expect(closed).to.deep.equal([9]);
  });

  it('closes it when it is stopped before that turn', () => {
    const { context, connector, factory, closed } = connectAtOnce();
    connector.stopConnecting();
    context.time.advance(0);

    expect(factory.events).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    expect(closed).to.deep.equal([9]);
  });
});
