import assert from 'node:assert/strict';
import { IPv4Address } from '../../address/index.js';
import {
  ConnectBindError,
  ConnectError,
  ConnectingCancelledError,
  ConnectionDone,
  ConnectionRefusedError,
  NotConnectingError,
  ServiceNameUnknownError,
  TimeoutError,
  UserError,
} from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { makeClientPair } from './pairs.js';
import type { Place } from './peers.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingProtocol } from './recording-protocol.js';

/** A place where nobody listens: a port that was just given back. */
function deserted(env: ConformanceEnvironment): Place {
  const listener = env.peers.listen();
  listener.close();
  return listener.address;
}

/**
 * A place that doesn't answer: its queue is full, so the kernel drops what more comes (listen(2): with a backlog of 0 there is
 * room for one).
 */
async function silent(env: ConformanceEnvironment): Promise<Place> {
  const listener = env.peers.listen({ backlog: 0 });
  listener.stopAccepting();
  const first = env.peers.connect(listener.address);
  await env.drive(() => first.connected);
  return listener.address;
}

async function failure(env: ConformanceEnvironment, factory: RecordingFactory) {
  await env.drive(() => factory.failures.length > 0);
  return factory.failures[0];
}

/** connectTCP(): how attempts go, and what the factory hears of them. */
export const connectorCases: readonly ConformanceCase[] = [
  {
    name: 'the factory gets the connector that was returned; it knows its destination and its state',
    cites: ['TCPConnectorTestsBuilder.test_connectorIdentity', 'StreamClientTestsMixin.test_interface'],
    async run(env) {
      const { connector, factory, listener, peer } = await makeClientPair(env);
      const destination = connector.getDestination();
      assert.ok(destination instanceof IPv4Address);
      assert.ok(destination.equals(listener.address));
      assert.equal(destination.type, 'TCP');
      assert.deepEqual(factory.connectors, [connector]);
      assert.equal(connector.state, 'connected');
      const told: unknown[] = [];
      factory.clientConnectionLost = (...args) => void told.push(...args);
      peer.close();
      await env.drive(() => told.length > 0);
      assert.equal(told[0], connector);
      assertReason(told[1], ConnectionDone);
      assert.equal(connector.state, 'disconnected');
    },
  },
  {
    name: 'the factory hears: start, connecting, build, lost, stop; start and connecting inside `connectTCP`',
    cites: ['FactoryTests.test_clientStartStop'],
    async run(env) {
      const factory = new RecordingFactory();
      const listener = env.peers.listen();
      const connector = env.connect(listener.address, factory);
      assert.deepEqual(factory.events, ['start', 'connecting']);
      assert.equal(connector.state, 'connecting');
      await env.drive(() => factory.protocols[0]?.made === true && listener.accepted.length > 0);
      listener.accepted[0]?.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
    },
  },
  {
    name: '`buildProtocol` gets the server’s address, which is the transport’s peer and the server’s own',
    cites: ['AddressTests.test_buildProtocolClient'],
    async run(env) {
      const { factory, listener, peer, transport } = await makeClientPair(env);
      assert.ok(factory.addresses[0] instanceof IPv4Address);
      assert.ok(factory.addresses[0].equals(listener.address));
      assert.ok(transport.getPeer().equals(peer.getHost()));
      assert.ok(transport.getHost().equals(peer.getPeer()));
    },
  },
  {
    name: 'the protocol’s `connectionLost` comes before the factory’s `clientConnectionLost`',
    cites: ['CallBackOrderTests.test_loseOrder'],
    async run(env) {
      const order: string[] = [];
      const factory = new RecordingFactory({
        build: () => new RecordingProtocol({ lost: () => void order.push('protocol') }),
        lost: () => order.push('factory'),
      });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted.length > 0 && factory.protocols[0]?.made === true);
      listener.accepted[0]?.close();
      await env.drive(() => order.length === 2);
      assert.deepEqual(order, ['protocol', 'factory']);
    },
  },
  {
    name: 'where nobody listens the attempt fails with ConnectionRefusedError, in a later turn',
    cites: ['LoopbackTests.testFailing'],
    async run(env) {
      const factory = new RecordingFactory();
      const place = deserted(env);
      env.connect(place, factory);
      assert.deepEqual(factory.events, ['start', 'connecting']);
      const error = assertReason(await failure(env, factory), ConnectionRefusedError);
      assert.equal(error.code, 'ECONNREFUSED');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${place.port}`));
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
  {
    name: '`stopConnecting()` inside `startedConnecting` is one failure with UserError, then the factory stops',
    cites: ['TCPConnectorTestsBuilder.test_userFail'],
    async run(env) {
      const factory = new RecordingFactory({ connecting: (connector) => connector.stopConnecting() });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      assertReason(await failure(env, factory), UserError);
      await env.drive.turns(10);
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      assert.deepEqual(listener.accepted, []);
    },
  },
  {
    name: '`stopConnecting()` and `disconnect()` end an attempt that is under way with UserError',
    async run(env) {
      const place = await silent(env);
      for (const end of ['stopConnecting', 'disconnect'] as const) {
        const factory = new RecordingFactory();
        const connector = env.connect(place, factory);
        await env.drive.turns(5);
        assert.equal(connector.state, 'connecting');
        connector[end]();
        assertReason(await failure(env, factory), UserError);
        assert.equal(connector.state, 'disconnected');
        assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      }
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
    },
  },
  {
    name: '`stopConnecting()` without an attempt is a NotConnectingError, `disconnect()` then does nothing',
    async run(env) {
      const { connector, factory, peer } = await makeClientPair(env);
      assert.throws(() => connector.stopConnecting(), NotConnectingError);
      assert.throws(() => connector.connect(), /connected/);
      peer.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.throws(() => connector.stopConnecting(), NotConnectingError);
      connector.disconnect();
      assert.deepEqual(factory.failures, []);
    },
  },
  {
    name: '`disconnect()` closes a connection in order',
    async run(env) {
      const { connector, peer, protocol, transport } = await makeClientPair(env);
      transport.write(Buffer.from('goodbye'));
      connector.disconnect();
      await env.drive(() => peer.sawEnd && protocol.lost);
      assert.equal(peer.received.toString(), 'goodbye');
      assertReason(protocol.reason, ConnectionDone);
    },
  },
  {
    name: '`connect()` while an attempt is under way throws, and the attempt goes on',
    async run(env) {
      const listener = env.peers.listen();
      const factory = new RecordingFactory();
      const connector = env.connect(listener.address, factory);
      assert.throws(() => connector.connect(), /connecting/);
      await env.drive(() => factory.protocols[0]?.made === true);
    },
  },
  {
    name: '`connect()` inside `clientConnectionLost` tries again with the same connector and factory, which goes on',
    cites: ['TCPConnectorTestsBuilder.test_reconnect'],
    async run(env) {
      const factory = new RecordingFactory({
        lost: (connector) => {
          assert.equal(connector.state, 'disconnected');
          connector.connect();
        },
      });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted.length > 0 && factory.protocols[0]?.made === true);
      listener.close();
      listener.accepted[0]?.close();
      assertReason(await failure(env, factory), ConnectionRefusedError);
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, [
        'start',
        'connecting',
        'build',
        'lost',
        'connecting',
        'failed',
        'stop',
      ]);
      assert.deepEqual(factory.protocols[0]?.events, ['made', 'lost']);
      assert.equal(new Set(factory.connectors).size, 1);
    },
  },
  {
    name: '`connect()` inside `clientConnectionFailed` tries again, and the factory goes on',
    async run(env) {
      const factory = new RecordingFactory({
        failed: (connector) => {
          if (factory.failures.length < 3) connector.connect();
        },
      });
      env.connect(deserted(env), factory);
      await env.drive(() => factory.events.includes('stop'));
      const attempt = ['connecting', 'failed'];
      assert.deepEqual(factory.events, ['start', ...attempt, ...attempt, ...attempt, 'stop']);
    },
  },
  {
    name: 'an unknown service name throws at once; a known one is its port',
    cites: ['LoopbackTests.test_connectByServiceFail', 'LoopbackTests.test_connectByService'],
    async run(env) {
      const factory = new RecordingFactory();
      const { reactor } = env;
      assert.throws(
        () => reactor.connectTCP('127.0.0.1', 'no such service', factory),
        ServiceNameUnknownError,
      );
      assert.deepEqual(factory.events, []);
      const connector = reactor.connectTCP('127.0.0.1', 'http', factory);
      assert.ok(connector.getDestination().equals(new IPv4Address('TCP', '127.0.0.1', 80)));
      // Whether anybody listens there is not for the case to say.
      connector.disconnect();
      await failure(env, factory);
    },
  },
  {
    name: 'a port that isn’t one is a RangeError at once',
    run({ reactor }) {
      for (const port of [0, -1, 65_536, 1.5]) {
        assert.throws(() => reactor.connectTCP('127.0.0.1', port, new RecordingFactory()), RangeError);
      }
    },
  },
  {
    name: 'a `bindAddress` in use fails the attempt with ConnectBindError, not inside `connectTCP`; the factory stops',
    cites: ['CannotBindTests.test_clientBind'],
    async run(env) {
      const taken = addressOf(env.listen(new RecordingFactory()));
      const factory = new RecordingFactory();
      env.connect(env.peers.listen().address, factory, {
        bindAddress: { host: '127.0.0.1', port: taken.port },
      });
      assert.deepEqual(factory.events, ['start', 'connecting']);
      const error = assertReason(await failure(env, factory), ConnectBindError);
      assert.equal(error.code, 'EADDRINUSE');
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
  {
    name: 'a `bindAddress` is where the connection comes from',
    async run(env) {
      const { peer, transport } = await makeClientPair(env, {
        connect: { bindAddress: { host: '127.0.0.2' } },
      });
      assert.equal(peer.getPeer().host, '127.0.0.2');
      assert.equal(transport.getHost().host, '127.0.0.2');
    },
  },
  {
    name: 'an attempt that takes longer than its time-out fails with TimeoutError',
    async run(env) {
      const factory = new RecordingFactory();
      const connector = env.connect(await silent(env), factory, { timeout: 0.02 });
      assertReason(await failure(env, factory), TimeoutError);
      assert.equal(connector.state, 'disconnected');
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
  {
    name: 'the time-out ends with the attempt: a connection leaves no timer behind',
    async run(env) {
      const { transport } = await makeClientPair(env, { connect: { timeout: 60 } });
      assert.equal(transport.connected, true);
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
    },
  },
  {
    name: 'an abort signal ends an attempt with ConnectingCancelledError, also one that is aborted already',
    async run(env) {
      const place = await silent(env);
      const controller = new AbortController();
      for (const factory of [new RecordingFactory(), new RecordingFactory()]) {
        env.connect(place, factory, { signal: controller.signal });
        assert.deepEqual(factory.events, ['start', 'connecting']);
        await env.drive.turns(3);
        controller.abort();
        assertReason(await failure(env, factory), ConnectingCancelledError);
        assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      }
    },
  },
  {
    name: 'an abort signal does nothing to a connection that was made',
    async run(env) {
      const controller = new AbortController();
      const { protocol } = await makeClientPair(env, { connect: { signal: controller.signal } });
      controller.abort();
      await env.drive.turns(5);
      assert.equal(protocol.lost, false);
    },
  },
  {
    name: 'a factory that refuses (null) has the connection closed, and hears clientConnectionLost',
    async run(env) {
      const factory = new RecordingFactory({ build: () => null });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => listener.accepted[0]?.sawClose === true && factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
      assertReason(factory.losses[0], ConnectionDone);
    },
  },
  {
    name: 'a throw in `buildProtocol` is logged once, closes the connection and fails the attempt',
    async run(env) {
      const oops = new Error('thrown by buildProtocol');
      const build = (): never => {
        throw oops;
      };
      const factory = new RecordingFactory({ build });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      assert.equal((await failure(env, factory))?.value, oops);
      await env.drive(() => listener.accepted[0]?.sawClose === true);
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'failed', 'stop']);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  },
  {
    name: 'a throw in the protocol’s `connectionLost` does not keep `clientConnectionLost` from the factory',
    async run(env) {
      const { factory, peer, protocol } = await makeClientPair(env);
      protocol.hooks.lost = () => {
        throw new Error('thrown by connectionLost');
      };
      peer.close();
      await env.drive(() => factory.events.includes('stop'));
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'lost', 'stop']);
      assert.equal(env.log.flushErrors().length, 1);
    },
  },
  {
    name: 'a throw in `clientConnectionFailed` is logged once, and the factory stops all the same',
    async run(env) {
      const failed = (): never => {
        throw new Error('thrown by clientConnectionFailed');
      };
      const factory = new RecordingFactory({ failed });
      env.connect(deserted(env), factory);
      await env.drive(() => factory.events.includes('stop'));
      assert.equal(env.log.flushErrors().length, 1);
    },
  },
  {
    name: '`clientConnectionFailed` may stop a running reactor',
    cites: ['StreamClientTestsMixin.test_clientConnectionFailedStopsReactor'],
    async run(env) {
      const factory = new RecordingFactory({ failed: () => env.reactor.stop() });
      const ended = env.reactor.run({ installSignalHandlers: false });
      env.connect(deserted(env), factory);
      await env.drive.result(ended);
      assert.equal(env.reactor.running, false);
      assertReason(factory.failures[0], ConnectionRefusedError);
    },
  },
  {
    name: 'without a descriptor for the socket the attempt fails, naming EMFILE, the limit and how many are in use',
    cites: ['E6'],
    needs: ['faults'],
    async run(env) {
      const listener = env.peers.listen();
      const factory = new RecordingFactory();
      env.faults.fail('socket', { errno: 'EMFILE' });
      env.connect(listener.address, factory);
      assert.deepEqual(factory.events, ['start', 'connecting']);
      const error = assertReason(await failure(env, factory), ConnectBindError);
      assert.equal(error.code, 'EMFILE');
      assert.match(error.message, /\d+ of \d+ descriptors in use/);
    },
  },
  {
    name: 'an errno without a class of its own is a ConnectError with that code',
    needs: ['faults'],
    async run(env) {
      const factory = new RecordingFactory();
      env.faults.fail('connect', { errno: 'EHOSTUNREACH' });
      env.connect(env.peers.listen().address, factory);
      assert.equal(assertReason(await failure(env, factory), ConnectError).code, 'EHOSTUNREACH');
    },
  },
  {
    name: 'a connect that was interrupted (EINTR) goes on in the background and is not made again',
    needs: ['faults'],
    async run(env) {
      const factory = new RecordingFactory();
      env.faults.fail('connect', { errno: 'EINTR' });
      const listener = env.peers.listen();
      env.connect(listener.address, factory);
      await env.drive(() => factory.protocols[0]?.made === true);
      assert.equal(env.faults.count('connect'), 1);
    },
  },
];
