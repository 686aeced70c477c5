import assert from 'node:assert/strict';
import { CannotListenError, ConnectionClosed, SystemError } from '../../errors/index.js';
import type { IFileDescriptorReservation, ITCPPort, ListenTCPOptions } from '../../interfaces/index.js';
import { AF_INET, descriptorUsage } from '../../libc/index.js';
import { FileDescriptorReservation, NullFileDescriptorReservation, spareEventfd } from '../../tcp/index.js';
import type { ConformanceCase } from './case.js';
import { DescriptorExhauster } from './descriptor-exhauster.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import type { Peer } from './peer.js';
import { numberAcceptsOf, recordPortEvents } from './port-events.js';
import { RecordingFactory } from './recording-factory.js';

const needs = ['descriptorLimit'] as const;
const withFaults = ['descriptorLimit', 'faults'] as const;

/** Descriptors enough for the clients of a case. */
const ROOM = 16;
const RESTING_ROUNDS = 30;

interface Scene {
  readonly factory: RecordingFactory;
  readonly port: ITCPPort;
  readonly told: string[];
  readonly descriptors: DescriptorExhauster;
}

/** A port that listens, and the tool that takes all descriptors away; they are given back after the case, whatever happens. */
function listen(env: ConformanceEnvironment, options: ListenTCPOptions = {}): Scene {
  const factory = new RecordingFactory();
  const port = env.listen(factory, options);
  const descriptors = new DescriptorExhauster(env.libc);
  env.addCleanup(() => descriptors[Symbol.dispose]());
  return { factory, port, told: recordPortEvents(port), descriptors };
}

/** A client that has connected while nobody could be accepted, and all descriptors gone. */
function connectThenExhaust(
  env: ConformanceEnvironment,
  { port, descriptors }: Scene,
  clients = 1,
  free = 0,
): Peer[] {
  const peers = Array.from({ length: clients }, () => env.peers.connect(addressOf(port)));
  descriptors.exhaust(free);
  return peers;
}

/** With descriptors to be had again, the next client is served. */
async function requireServing(env: ConformanceEnvironment, { factory, port }: Scene): Promise<void> {
  const served = factory.protocols.length;
  const peer = env.peers.connect(addressOf(port));
  await env.drive(() => factory.protocols.length > served);
  peer.send('hello');
  await env.drive(() => factory.protocols.at(-1)?.received.toString() === 'hello');
}

/** A port without a descriptor to accept with: whom it sheds, how it rests, when it goes on. */
export const exhaustionCases: readonly ConformanceCase[] = [
  {
    name: 'with every descriptor used up a client is closed promptly, and no protocol is built',
    cites: [
      'StreamTransportTestsMixin.test_closePeerOnEMFILE',
      'PlatformAssumptionsTests.test_acceptOutOfFiles',
      'E3',
    ],
    needs,
    async run(env) {
      const scene = listen(env);
      const client = new RecordingFactory();
      env.connect(addressOf(scene.port), client);
      scene.descriptors.exhaust();
      await env.drive(() => client.events.includes('stop'));
      const counters = { ...scene.port.counters };
      scene.descriptors.release();
      assert.deepEqual(client.events, ['start', 'connecting', 'build', 'lost', 'stop']);
      assert.ok(client.losses[0]?.value instanceof ConnectionClosed);
      assert.deepEqual(client.protocols[0]?.events, ['made', 'lost']);
      assert.deepEqual(scene.factory.protocols, []);
      assert.equal(counters.shed, 1);
      const host = client.protocols[0].transport.getHost().toString();
      assert.deepEqual(scene.told, ['descriptorsExhausted EMFILE', `clientShed ${host}`]);
      await requireServing(env, scene);
      assert.equal(scene.told.at(-1), 'recovered EMFILE shed 1 pauses 0');
    },
  },
  {
    name: 'an adopted port closes clients promptly too',
    cites: ['StreamTransportTestsMixin.test_closePeerOnEMFILE'],
    needs,
    async run(env) {
      const listener = env.peers.listen();
      listener.stopAccepting();
      const factory = new RecordingFactory();
      env.abortAfterwards(factory);
      const port = env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory);
      env.addCleanup(() => port.stopListening());
      const descriptors = new DescriptorExhauster(env.libc);
      env.addCleanup(() => descriptors[Symbol.dispose]());
      const scene = { factory, port, told: recordPortEvents(port), descriptors };
      const [peer] = connectThenExhaust(env, scene) as [Peer];
      await env.drive(() => peer.sawClose);
      descriptors.release();
      assert.deepEqual(factory.protocols, []);
      await requireServing(env, scene);
    },
  },
  {
    name: 'many clients are all shed in one go, whatever `numberAccepts` is, and it stays what it was',
    cites: ['E4'],
    needs,
    async run(env) {
      const scene = listen(env, { numberAccepts: 3 });
      const peers = connectThenExhaust(env, scene, 40);
      await env.drive(() => peers.every((peer) => peer.sawClose));
      scene.descriptors.release();
      assert.equal(scene.port.counters.shed, 40);
      assert.equal(numberAcceptsOf(scene.port), 3);
      assert.deepEqual(scene.factory.protocols, []);
      // One line when it began, however many clients there were.
      assert.equal(env.log.records.filter(({ level }) => level === 'warning').length, 1);
      await requireServing(env, scene);
      assert.equal(env.log.records.filter(({ level }) => level === 'warning').length, 2);
      assert.equal(scene.told.at(-1), 'recovered EMFILE shed 40 pauses 0');
    },
  },
  {
    name: 'clients that were accepted before the last descriptor went are served on, the rest are shed',
    needs,
    async run(env) {
      const scene = listen(env);
      const peers = connectThenExhaust(env, scene, 5, 2);
      await env.drive(() => peers.filter((peer) => peer.sawClose).length === 3);
      const served = peers.filter((peer) => !peer.sawClose);
      for (const peer of served) peer.send('hello');
      await env.drive(() => scene.factory.protocols.every(({ received }) => received.toString() === 'hello'));
      scene.descriptors.release();
      assert.equal(scene.factory.protocols.length, 2);
      assert.deepEqual([scene.port.counters.accepted, scene.port.counters.shed], [2, 3]);
    },
  },
  {
    name: 'a client that takes the last descriptor is served, and nothing is said about it',
    cites: ['E5'],
    needs,
    async run(env) {
      const scene = listen(env, { descriptorsLowAt: 1 });
      const [peer] = connectThenExhaust(env, scene, 1, 1) as [Peer];
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      await env.drive.turns(5);
      scene.descriptors.release();
      assert.equal(peer.sawClose, false);
      assert.deepEqual(scene.told, []);
      assert.deepEqual(
        env.log.records.filter(({ level }) => level !== 'info'),
        [],
      );
    },
  },
  shedAs('fin', 'gets an end, also if it has sent something', (peer) => {
    assert.ok(peer.sawEnd);
    assert.equal(peer.sawReset, false);
    assert.equal(peer.bytesReceived, 0);
  }),
  shedAs('reset', 'gets a reset if the port is told so', (peer) => assert.ok(peer.sawReset)),
  shedAs({ farewell: Buffer.from('busy') }, 'gets a farewell and an end if the port is told so', (peer) => {
    assert.equal(peer.received.toString(), 'busy');
    assert.ok(peer.sawEnd);
    assert.equal(peer.sawReset, false);
  }),
  {
    name: 'nobody is told anything until the spare descriptor is back',
    cites: ['BuffersLogsTests.test_buffersInBlock'],
    needs,
    async run(env) {
      const spare = new FileDescriptorReservation(spareEventfd(env.libc));
      env.addCleanup(() => spare[Symbol.dispose]());
      const order: string[] = [];
      const scene = listen(env, { reservation: observed(spare, order) });
      const note = (): void => void order.push(spare.available() ? 'told' : 'told too early');
      scene.port.events.on('descriptorsExhausted', note);
      scene.port.events.on('clientShed', note);
      const records = env.log.records.length;
      const peers = connectThenExhaust(env, scene, 2);
      await env.drive(() => peers.every((peer) => peer.sawClose));
      scene.descriptors.release();
      assert.deepEqual(order, ['enter', 'exit', 'told', 'told', 'told']);
      assert.equal(env.log.records.length, records + 1);
    },
  },
  {
    name: 'without a spare descriptor clients wait, the port rests, and goes on as soon as a descriptor is freed',
    cites: ['E2'],
    needs: withFaults,
    async run(env) {
      const scene = listen(env, { reservation: new NullFileDescriptorReservation() });
      const [peer] = connectThenExhaust(env, scene) as [Peer];
      await env.drive(() => scene.told.length > 0);
      const before = env.faults.count('accept4');
      await env.drive.turns(RESTING_ROUNDS);
      assert.ok(env.faults.count('accept4') - before <= 1);
      assert.equal(peer.sawClose, false);
      scene.descriptors.release();
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
    needs: withFaults,
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
      const before = env.faults.count('accept4');
      await env.drive.turns(RESTING_ROUNDS);
      assert.ok(env.faults.count('accept4') - before <= 1);
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
    needs: withFaults,
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

function shedAs(
  shed: NonNullable<ListenTCPOptions['shed']>,
  what: string,
  requireSeen: (peer: Peer) => void,
): ConformanceCase {
  return {
    name: `a shed client ${what}`,
    cites: ['E8'],
    needs,
    async run(env) {
      const scene = listen(env, { shed });
      scene.port.pauseAccepting();
      const [peer] = connectThenExhaust(env, scene) as [Peer];
      peer.send('unread');
      await env.drive(() => peer.connected && peer.bytesUnsent === 0);
      scene.port.resumeAccepting();
      await env.drive(() => peer.sawClose);
      scene.descriptors.release();
      requireSeen(peer);
    },
  };
}

/** A reservation that tells when it is entered and left. */
function observed(reservation: IFileDescriptorReservation, order: string[]): IFileDescriptorReservation {
  return {
    available: () => reservation.available(),
    reserve: () => reservation.reserve(),
    enter: () => {
      order.push('enter');
      return reservation.enter();
    },
    exit: (error) => {
      reservation.exit(error);
      order.push('exit');
    },
  };
}

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
