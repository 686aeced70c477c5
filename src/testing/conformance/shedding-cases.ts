import assert from 'node:assert/strict';
import { ConnectionClosed } from '../../errors/index.js';
import type { IFileDescriptorReservation, ListenTCPOptions } from '../../interfaces/index.js';
import { AF_INET } from '../../libc/index.js';
import { FileDescriptorReservation, spareEventfd } from '../../tcp/index.js';
import type { ConformanceCase } from './case.js';
import { DescriptorExhauster } from './descriptor-exhauster.js';
import { addressOf } from './environment.js';
import { connectThenExhaust, listen, needs, requireServing } from './exhaustion-scene.js';
import type { Peer } from './peer.js';
import { numberAcceptsOf, recordPortEvents } from './port-events.js';
import { RecordingFactory } from './recording-factory.js';

/** A port without a descriptor to accept with: whom it sheds, and how. */
export const sheddingCases: readonly ConformanceCase[] = [
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
      // On a slow machine the turn's bound may come between the two clients: then there are two windows.
      assert.match(order.join(' '), /^enter exit told told( enter exit)? told$/);
      assert.equal(env.log.records.length, records + 1);
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
      // Closing with unread input would be a reset by itself.
      if (shed !== 'reset') peer.send('unread');
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
