import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.js';
import { addressOf } from './environment.js';
import { requireServing } from './port-checks.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from './recording-protocol.js';

/** Whom a port accepts, and who hears of it. */
export const acceptingCases: readonly ConformanceCase[] = [
  {
    name: 'a factory that refuses (null) has the client closed, and is asked again for the next one',
    async run(env) {
      const refuse = [true, false];
      const factory = new RecordingFactory({
        build: () => (refuse.shift() === true ? null : new RecordingProtocol()),
      });
      const port = env.listen(factory);
      const refused = env.peers.connect(addressOf(port));
      await env.drive(() => refused.sawClose);
      await requireServing(env, factory, addressOf(port));
      assert.deepEqual([port.counters.refused, port.counters.accepted], [1, 1]);
    },
  },
  {
    name: 'a throw in `buildProtocol` is logged once and closes the client; the next ones are served',
    async run(env) {
      const oops = new Error('thrown by buildProtocol');
      const throws = [true, false];
      const factory = new RecordingFactory({
        build: () => {
          if (throws.shift() === true) throw oops;
          return new RecordingProtocol();
        },
      });
      const port = env.listen(factory);
      const first = env.peers.connect(addressOf(port));
      const second = env.peers.connect(addressOf(port));
      await env.drive(() => first.sawClose && factory.protocols.length === 1);
      assert.equal(env.log.flushErrors((record) => record.properties['error'] === oops).length, 1);
      assert.equal(second.sawClose, false);
      assert.deepEqual([port.counters.failed, port.counters.accepted], [1, 1]);
    },
  },
  {
    name: 'many clients that come at once are all served',
    async run(env) {
      const factory = new RecordingFactory({ build: () => new RecordingHalfCloseProtocol() });
      const port = env.listen(factory);
      const peers = Array.from({ length: 150 }, () => env.peers.connect(addressOf(port)));
      await env.drive(() => factory.protocols.length === peers.length);
      for (const [i, peer] of peers.entries()) peer.send(`client ${i}`);
      await env.drive(() => factory.protocols.every((protocol) => protocol.received.length > 0));
      assert.equal(port.connections.size, peers.length);
      assert.equal(new Set(factory.protocols.map(({ received }) => received.toString())).size, peers.length);
      for (const peer of peers) peer.close();
      await env.drive(() => factory.protocols.every((protocol) => protocol.readLost));
    },
  },
  {
    name: '`pauseAccepting()` leaves clients in the queue, `resumeAccepting()` serves them',
    async run(env) {
      const factory = new RecordingFactory();
      const port = env.listen(factory);
      port.pauseAccepting();
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => peer.connected);
      await env.drive.turns(20);
      assert.deepEqual(factory.protocols, []);
      assert.equal(port.listening, true);
      port.resumeAccepting();
      await env.drive(() => factory.protocols[0]?.made === true);
    },
  },
  {
    name: '`pauseAccepting()` inside `buildProtocol` makes the client being accepted the last one for now',
    async run(env) {
      const factory = new RecordingFactory({
        build: () => {
          port.pauseAccepting();
          return new RecordingProtocol();
        },
      });
      const port = env.listen(factory);
      const peers = [1, 2, 3].map(() => env.peers.connect(addressOf(port)));
      for (let served = 1; served <= peers.length; served += 1) {
        await env.drive(() => factory.protocols.length >= served);
        await env.drive.turns(5);
        assert.equal(factory.protocols.length, served);
        port.resumeAccepting();
      }
      assert.ok(peers.every((peer) => peer.connected && !peer.sawClose));
    },
  },
  {
    name: '`connections` is the set of what is open, and events tell of each',
    async run(env) {
      const factory = new RecordingFactory();
      const told: unknown[] = [];
      const port = env.listen(factory);
      port.events.on('connection', (transport) => told.push(transport));
      port.events.on('closed', () => told.push('closed'));
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => told.length > 0);
      const transport = factory.protocols[0]?.transport;
      assert.deepEqual([...port.connections], [transport]);
      peer.close();
      await env.drive(() => port.connections.size === 0);
      await env.drive.result(port[Symbol.asyncDispose]());
      assert.deepEqual(told, [transport, 'closed']);
    },
  },
];
