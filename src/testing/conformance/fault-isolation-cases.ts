import assert from 'node:assert/strict';
import { logSystem } from '../../logger/index.js';
import type { ConformanceCase } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { makeClientPair, makeServerPair, onAnyTransport, onBothSides } from './pairs.js';
import { RecordingFactory } from './recording-factory.js';
import { RecordingProtocol } from './recording-protocol.js';

/** What a protocol throws costs its own connection, is logged once, and nobody else notices. */
export const faultIsolationCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'a throw in `dataReceived` is logged once, and the connection is lost with it',
    async run({ drive, log }, { peer, protocol }) {
      const oops = new Error('thrown by dataReceived');
      protocol.hooks.data = () => {
        throw oops;
      };
      peer.send('boo');
      await drive(() => protocol.lost && peer.sawClose);
      assert.equal(protocol.reason?.value, oops);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
  ...onAnyTransport({
    name: 'a rejection of an async `dataReceived` counts as a throw',
    async run({ drive, log }, { peer, protocol }) {
      const oops = new Error('rejected by dataReceived');
      protocol.hooks.data = () => Promise.reject(oops);
      peer.send('boo');
      await drive(() => protocol.lost && peer.sawClose);
      assert.equal(protocol.reason?.value, oops);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
  ...onAnyTransport({
    name: 'a rejection that comes after the connection is lost is logged, and tells the protocol nothing more',
    async run({ drive, log }, { peer, protocol }) {
      const oops = new Error('rejected too late');
      let reject: (error: Error) => void = () => undefined;
      protocol.hooks.data = () => new Promise((_, rejected) => void (reject = rejected));
      peer.send('boo');
      await drive(() => protocol.events.includes('data'));
      peer.close();
      await drive(() => protocol.lost);
      reject(oops);
      await drive(() => log.errors.length > 0);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
    },
  }),
  ...onBothSides({
    name: 'a throw in `connectionLost` is logged once, and its descriptor is closed',
    async run({ drive, log }, { peer, protocol, transport }) {
      const oops = new Error('thrown by connectionLost');
      protocol.hooks.lost = () => {
        throw oops;
      };
      peer.close();
      await drive(() => protocol.lost);
      assert.equal(transport.fileno(), -1);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
  ...onAnyTransport({
    name: 'a rejection of an async `connectionLost` is logged once',
    async run({ drive, log }, { peer, protocol }) {
      const oops = new Error('rejected by connectionLost');
      protocol.hooks.lost = () => Promise.reject(oops);
      peer.close();
      await drive(() => log.errors.length > 0);
      await drive.turns(2);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
  {
    name: 'a throw in `connectionMade` of an accepted connection is logged once, and the connection is lost with it',
    cites: ['C1'],
    run: (env) => loseInConnectionMade(env, 'server', new Error('thrown by connectionMade')),
  },
  {
    name: 'a throw in `connectionMade` of a client is logged once, and the connection is lost with it',
    cites: ['C1'],
    run: (env) => loseInConnectionMade(env, 'client', new Error('thrown by connectionMade')),
  },
  {
    name: 'other connections go on while one protocol throws',
    async run(env) {
      const good = await makeServerPair(env);
      const bad = await makeServerPair(env);
      const other = await makeClientPair(env);
      bad.protocol.hooks.data = () => {
        throw new Error('bad');
      };
      for (const { peer } of [bad, good, other]) peer.send('hello');
      await env.drive(
        () =>
          bad.protocol.lost && good.protocol.received.length === 5 && other.protocol.received.length === 5,
      );
      assert.equal(good.protocol.lost || other.protocol.lost, false);
      assert.equal(env.log.flushErrors().length, 1);
    },
  },
  ...onAnyTransport({
    name: 'while a protocol is called, log records name it as their `system`',
    cites: ['ConnectionTestsMixin.test_logPrefix'],
    async run({ drive }, { peer, protocol }) {
      const systems: string[] = [];
      protocol.hooks.data = () => void systems.push(logSystem());
      peer.send('hello');
      await drive(() => systems.length > 0);
      assert.ok(systems.every((system) => system.includes(protocol.logPrefix())));
      assert.equal(logSystem(), '-');
    },
  }),
];

async function loseInConnectionMade(
  env: ConformanceEnvironment,
  side: 'server' | 'client',
  oops: Error,
): Promise<void> {
  const made = (): never => {
    throw oops;
  };
  const factory = new RecordingFactory({ build: () => new RecordingProtocol({ made }) });
  if (side === 'server') env.peers.connect(addressOf(env.listen(factory)));
  else env.connect(env.peers.listen().address, factory);
  await env.drive(() => factory.protocols[0]?.lost === true);
  const [protocol] = factory.protocols as [RecordingProtocol];
  assert.equal(protocol.reason?.value, oops);
  assert.deepEqual(protocol.events, ['made', 'lost']);
  assert.equal(protocol.transport.connected, false);
  assert.equal(env.log.flushErrors((record) => record.properties['error'] === oops).length, 1);
}
