import assert from 'node:assert/strict';
import { CannotListenError, SystemError } from '../../errors/index.js';
import { AF_INET, descriptorUsage } from '../../libc/index.js';
import { FileDescriptorReservation, NullFileDescriptorReservation, spareEventfd } from '../../tcp/index.js';
import type { ConformanceCase } from './case.js';
import { DescriptorExhauster } from './descriptor-exhauster.js';
import { addressOf } from './environment.js';
import { connectThenExhaust, listen, needs, needsWithFaults, requireServing } from './exhaustion-scene.js';
import type { Peer } from './peer.js';
import { requireResting } from './port-checks.js';
import { RecordingFactory } from './recording-factory.js';

/** Descriptors enough for the clients of a case. */
const ROOM = 16;

/** Life without descriptors: how a port rests and goes on, what else fails, and what can be known of it. */
export const exhaustionCases: readonly ConformanceCase[] = [
  {
    name: 'without a spare descriptor clients wait, the port rests, and goes on as soon as a descriptor is freed',
    cites: ['E2'],
    needs: needsWithFaults,
    async run(env) {
      const scene = listen(env, { reservation: new NullFileDescriptorReservation() });
      const [peer] = connectThenExhaust(env, scene) as [Peer];
      await env.drive(() => scene.told.length > 0);
      await requireResting(env, scene.port);
      assert.equal(peer.sawClose, false);
      scene.descriptors.release();
      // It is to be woken by that, not by its retry time: something is due at once.
      const now = env.reactor.seconds();
      assert.ok(env.reactor.getDelayedCalls().some((call) => call.getTime() <= now));
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      assert.deepEqual(scene.told.slice(0, 2), ['descriptorsExhausted EMFILE', 'acceptFailed EMFILE']);
      assert.ok(scene.told.at(-1)?.startsWith('recovered EMFILE shed 0'));
    },
  },
  {
    name: 'a port that rests goes on by itself when it wasn’t this program that freed a descriptor',
    cites: ['E1', 'E2'],
    needs,
    async run(env) {
      const scene = listen(env, { reservation: new NullFileDescriptorReservation() });
      connectThenExhaust(env, scene);
      await env.drive(() => scene.told.length > 0);
      scene.descriptors.restoreLimit();
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      assert.equal(scene.descriptors.count > 0, true);
    },
  },
  {
    name: 'when somebody takes the slot of the spare descriptor the port rests; later both are back',
    cites: ['E1', 'FileDescriptorReservationTests.test_reserveEMFILELogged'],
    needs: needsWithFaults,
    async run(env) {
      const spare = new FileDescriptorReservation(spareEventfd(env.faults));
      env.addCleanup(() => spare[Symbol.dispose]());
      const scene = listen(env, { reservation: spare });
      const thief = new DescriptorExhauster(env.libc);
      env.addCleanup(() => thief[Symbol.dispose]());
      const [peer] = connectThenExhaust(env, scene) as [Peer];
      env.faults.after('close', () => thief.exhaust());
      await env.drive(() => scene.told.includes('acceptFailed EMFILE'));
      assert.equal(spare.available(), false);
      assert.equal(thief.count, 1);
      await requireResting(env, scene.port);
      await env.drive(() => scene.told.filter((event) => event === 'acceptFailed EMFILE').length >= 3);
      assert.equal(peer.sawClose, false);
      thief.release();
      scene.descriptors.release();
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      assert.equal(spare.available(), true);
      // The loss is logged once, however often it is tried again.
      assert.equal(env.log.flushErrors(SystemError).length, 1);
    },
  },
  {
    name: 'after an exhaustion with the spare descriptor lost, the next one sheds again',
    cites: ['E1'],
    needs: needsWithFaults,
    async run(env) {
      const spare = new FileDescriptorReservation(spareEventfd(env.faults));
      env.addCleanup(() => spare[Symbol.dispose]());
      const scene = listen(env, { reservation: spare });
      const [waiting] = connectThenExhaust(env, scene) as [Peer];
      env.faults.after('close', () => scene.descriptors.exhaust());
      await env.drive(() => scene.told.includes('acceptFailed EMFILE'));
      scene.descriptors[Symbol.dispose]();
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      assert.equal(waiting.sawClose, false);
      const [shed] = connectThenExhaust(env, scene) as [Peer];
      await env.drive(() => shed.sawClose);
      scene.descriptors.release();
      assert.equal(scene.port.counters.shed, 1);
      env.log.flushErrors(SystemError);
    },
  },
  {
    name: 'listening without a descriptor is a CannotListenError that names EMFILE, the limit and how many are in use',
    cites: ['E6'],
    needs,
    run(env) {
      const { descriptors, port } = listen(env);
      descriptors.exhaust();
      const attempt = (): unknown => env.reactor.listenTCP(0, new RecordingFactory());
      const errors = [
        caught(attempt),
        caught(() => env.reactor.adoptStreamPort(port.fileno(), AF_INET, new RecordingFactory())),
      ];
      descriptors.release();
      assert.ok(errors[0] instanceof CannotListenError);
      assert.equal(errors[0].code, 'EMFILE');
      assert.match(errors[0].message, /(\d+) of \1 descriptors in use/);
      assert.ok(errors[1] instanceof SystemError);
      assert.equal(errors[1].code, 'EMFILE');
    },
  },
  {
    name: 'the limit and the descriptors in use can be read while there is none left',
    cites: ['E9'],
    needs,
    run(env) {
      const { descriptors } = listen(env);
      descriptors.exhaust();
      const usage = descriptorUsage(env.libc);
      const limit = { ...usage };
      descriptors.release(3);
      const after = descriptorUsage(env.libc);
      descriptors.release();
      assert.equal(limit.inUse, limit.soft);
      assert.ok(limit.hard >= limit.soft);
      assert.equal(after.inUse, limit.soft - 3);
    },
  },
  {
    name: 'an event tells that descriptors are running low, once, before there is none left',
    cites: ['E9'],
    needs,
    async run(env) {
      const descriptors = new DescriptorExhauster(env.libc);
      env.addCleanup(() => descriptors[Symbol.dispose]());
      descriptors.lowerLimit(3 * ROOM);
      const factory = new RecordingFactory();
      const port = env.listen(factory, { descriptorsLowAt: 0.9 });
      const told: [inUse: number, limit: number][] = [];
      port.events.on('descriptorsLow', (...usage) => told.push(usage));
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === 1);
      assert.equal(told.length, 0);
      descriptors.exhaust(6);
      for (let i = 0; i < 3; i += 1) env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols.length === 4);
      descriptors.release();
      assert.equal(told.length, 1);
      const [inUse, soft] = told[0] as [number, number];
      assert.ok(inUse < soft && inUse >= 0.9 * soft);
      assert.equal(port.counters.shed, 0);
    },
  },
  {
    name: 'the spare descriptor is an eventfd, taken when the first port listens: no file is opened',
    cites: ['E7'],
    needs: ['faults'],
    async run(env) {
      const before = env.faults.count('eventfd');
      const scene = listen(env);
      listen(env);
      assert.equal(env.faults.count('eventfd') - before, 1);
      assert.equal(env.faults.count('open'), 0);
      await requireServing(env, scene);
    },
  },
];

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
