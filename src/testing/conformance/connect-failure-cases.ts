import assert from 'node:assert/strict';
import { IPv4Address } from '../../address/index.js';
import {
  ConnectBindError,
  ConnectError,
  ConnectingCancelledError,
  ConnectionRefusedError,
  ServiceNameUnknownError,
  TimeoutError,
  UserError,
} from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { deserted, failureOf, silent } from './connect-places.js';
import { addressOf } from './environment.js';
import { RecordingFactory } from './recording-factory.js';

/** connectTCP(): how attempts fail. Never inside the call, and always once. */
export const connectFailureCases: readonly ConformanceCase[] = [
  {
    name: 'where nobody listens the attempt fails with ConnectionRefusedError, in a later turn',
    cites: ['LoopbackTests.testFailing'],
    async run(env) {
      const factory = new RecordingFactory();
      const place = deserted(env);
      env.connect(place, factory);
      assert.deepEqual(factory.events, ['start', 'connecting']);
      const error = assertReason(await failureOf(env, factory), ConnectionRefusedError);
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
      assertReason(await failureOf(env, factory), UserError);
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
        assertReason(await failureOf(env, factory), UserError);
        assert.equal(connector.state, 'disconnected');
        assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      }
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
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
      await failureOf(env, factory);
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
      const error = assertReason(await failureOf(env, factory), ConnectBindError);
      assert.equal(error.code, 'EADDRINUSE');
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
  {
    name: 'an attempt that takes longer than its time-out fails with TimeoutError',
    async run(env) {
      const factory = new RecordingFactory();
      const connector = env.connect(await silent(env), factory, { timeout: 0.02 });
      assertReason(await failureOf(env, factory), TimeoutError);
      assert.equal(connector.state, 'disconnected');
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
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
        assertReason(await failureOf(env, factory), ConnectingCancelledError);
        assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
      }
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
      assert.equal((await failureOf(env, factory))?.value, oops);
      await env.drive(() => listener.accepted[0]?.sawClose === true);
      assert.deepEqual(factory.events, ['start', 'connecting', 'build', 'failed', 'stop']);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === oops).length, 1);
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
      const error = assertReason(await failureOf(env, factory), ConnectBindError);
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
      assert.equal(assertReason(await failureOf(env, factory), ConnectError).code, 'EHOSTUNREACH');
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
];
