import assert from 'node:assert/strict';
import { ConnectionDone } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { addressOf } from './environment.js';
import { makeServerPair } from './pairs.js';
import { requireRefusing, requireServing } from './port-checks.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingProtocol } from './recording-protocol.js';

/** How a port stops, and starts again. */
export const portStoppingCases: readonly ConformanceCase[] = [
  {
    name: 'after `stopListening()` clients are refused, and the same number can be bound again at once',
    cites: ['ListeningTests.testStopListening'],
    async run(env) {
      const { factory, peer, port, protocol } = await makeServerPair(env);
      const host = addressOf(port);
      await env.drive.result(port.stopListening());
      assert.equal(port.listening, false);
      assert.equal(port.fileno(), -1);
      assert.deepEqual(factory.events, ['start', 'build', 'stop']);
      await requireRefusing(env, host);
      // Open connections stay.
      peer.send('still here');
      await env.drive(() => protocol.received.toString() === 'still here');
      const again = new RecordingFactory();
      assert.deepEqual(addressOf(env.listen(again, {}, host.port)), host);
      await requireServing(env, again, host);
    },
  },
  {
    name: '`stopListening()` twice gives the same answer, and after the end one that has fired',
    cites: ['C2'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const first = port.stopListening();
      assert.equal(port.stopListening(), first);
      await env.drive.result(first);
      await env.drive.result(port.stopListening());
      assert.deepEqual(factory.events, ['start', 'stop']);
    },
  },
  {
    name: 'a stopped port can be started again, and serves',
    cites: ['ListeningTests.test_restartListening'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      await env.drive.result(port.stopListening());
      port.startListening();
      port.startListening();
      assert.equal(port.listening, true);
      await requireServing(env, factory, addressOf(port));
      assert.deepEqual(factory.events, ['start', 'stop', 'start', 'build']);
    },
  },
  {
    name: 'a throw in `stopFactory` fails the Deferred of `stopListening()`; the port is closed, and starts again',
    cites: ['ListeningTests.test_exceptInStop', 'ListeningTests.test_restartAfterExcept'],
    async run(env) {
      const oops = new Error('thrown by stopFactory');
      let throws = true;
      const stop = (): void => {
        if (throws) throw oops;
      };
      const factory = new RecordingFactory({ stop });
      const port = env.listen(factory);
      await assert.rejects(env.drive.result(port.stopListening()), oops);
      throws = false;
      assert.equal(port.listening, false);
      port.startListening();
      await requireServing(env, factory, addressOf(port));
    },
  },
  {
    name: '`connectionLost()` called directly, as at a shutdown, closes the port',
    cites: ['ListeningTests.test_directConnectionLostCall'],
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      const host = addressOf(port);
      lose(port);
      assert.equal(port.listening, false);
      assert.deepEqual(factory.events, ['start', 'stop']);
      await requireRefusing(env, host);
    },
  },
  {
    name: 'with `connectionLost()` called directly, what `stopFactory` throws comes out of it',
    cites: ['ListeningTests.test_exceptInConnectionLostCall'],
    run(env) {
      const oops = new Error('thrown by stopFactory');
      const stop = (): never => {
        throw oops;
      };
      const port = env.listen(new RecordingFactory({ stop }));
      assert.throws(() => lose(port), oops);
      assert.equal(port.listening, false);
    },
  },
  {
    name: '`stopListening()` inside `buildProtocol`: the connection being accepted works, the others are refused',
    cites: ['LoopbackTests.test_closePortInProtocolFactory'],
    async run(env) {
      const factory = new RecordingFactory({
        build: () => {
          void port.stopListening();
          return new RecordingProtocol();
        },
      });
      const port = env.listen(factory);
      const host = addressOf(port);
      const peer = env.peers.connect(host);
      const tooLate = env.peers.connect(host);
      await env.drive(() => factory.protocols[0]?.made === true && factory.events.includes('stop'));
      await env.drive(() => tooLate.sawClose);
      assert.equal(factory.protocols.length, 1);
      peer.send('works');
      await env.drive(() => factory.protocols[0]?.received.toString() === 'works');
      assert.equal(port.listening, false);
      await requireRefusing(env, host);
      peer.close();
      await env.drive(() => factory.protocols[0]?.lost === true);
      assertReason(factory.protocols[0]?.reason, ConnectionDone);
    },
  },
  {
    name: 'a factory of several ports starts with the first and stops after the last',
    cites: ['FactoryTests.test_serverStartStop'],
    async run(env) {
      const factory = new RecordingFactory();
      const ports = [env.listen(factory), env.listen(factory), env.listen(factory)];
      assert.deepEqual(factory.events, ['start']);
      for (const port of ports.slice(1)) await env.drive.result(port.stopListening());
      assert.deepEqual(factory.events, ['start']);
      await env.drive.result(ports[0]?.stopListening() ?? Promise.reject(new Error('no port')));
      assert.deepEqual(factory.events, ['start', 'stop']);
    },
  },
  {
    name: 'an abort signal stops the port; one that is aborted already makes `listenTCP` throw its reason',
    async run(env) {
      const controller = new AbortController();
      const factory = new RecordingFactory();
      const port = env.listen(factory, { signal: controller.signal });
      const reason = new Error('enough');
      controller.abort(reason);
      await env.drive(() => factory.events.includes('stop'));
      assert.equal(port.listening, false);
      assert.throws(() => env.reactor.listenTCP(0, factory, { signal: controller.signal }), reason);
    },
  },
];

/** What a reactor that drops a descriptor calls. */
function lose(port: object): void {
  (port as { connectionLost(): void }).connectionLost();
}
