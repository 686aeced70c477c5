import { expect } from 'chai';
import { SystemError } from '../../src/errors/index.js';
import type { IFileDescriptorReservation, ITCPPort } from '../../src/interfaces/index.js';
import type { ErrnoName } from '../../src/libc/index.js';
import { FileDescriptorReservation, defaultReservation, spareEventfd } from '../../src/tcp/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import {
  type ConformanceEnvironment,
  type Peer,
  RecordingFactory,
  addressOf,
} from '../../src/testing/conformance/index.js';
import { DescriptorExhauster } from '../../src/testing/conformance/descriptor-exhauster.js';
import { numberAcceptsOf, recordPortEvents } from '../../src/testing/conformance/port-events.js';
import { describeOnKernel, recordCalls } from './on-kernel.js';

/** All calls but those of the poller's turns: what runs while the spare is given up has to be among the kernel's few. */
const everyCall: readonly LibcCall[] = [
  ...([
    'socket',
    'socketpair',
    'bind',
    'listen',
    'accept4',
    'connect',
    'getsockname',
    'getpeername',
  ] as const),
  ...([
    'getsockopt',
    'setsockopt',
    'shutdown',
    'recv',
    'send',
    'sendmsg',
    'read',
    'write',
    'open',
    'pipe2',
  ] as const),
  ...([
    'close',
    'dup',
    'fcntl',
    'epoll_create1',
    'epoll_ctl',
    'eventfd',
    'poll',
    'getrlimit',
    'setrlimit',
  ] as const),
];

interface Scene {
  readonly env: ConformanceEnvironment;
  readonly factory: RecordingFactory;
  readonly port: ITCPPort;
  readonly told: string[];
  readonly spare: IFileDescriptorReservation;
}

function listen(env: ConformanceEnvironment): Scene {
  const factory = new RecordingFactory();
  const port = env.listen(factory);
  return { env, factory, port, told: recordPortEvents(port), spare: defaultReservation(env.faults) };
}

/** Clients wait and the first accept says EMFILE, as if the table of descriptors were full. */
function clientsWait({ env, port }: Scene, clients: number): Peer[] {
  const peers = Array.from({ length: clients }, () => env.peers.connect(addressOf(port)));
  env.faults.fail('accept4', { errno: 'EMFILE' });
  return peers;
}

/** A client that comes now is served. */
async function requireServing({ env, factory, port }: Scene): Promise<void> {
  const served = factory.protocols.length;
  env.peers.connect(addressOf(port));
  await env.drive(() => factory.protocols.length > served && factory.protocols.at(-1)!.made);
}

function isListeningReader({ env, port }: Scene): boolean {
  return (env.reactor.getReaders() as readonly unknown[]).includes(port);
}

describeOnKernel('A Port that sheds clients', (it) => {
  describe('between the release and the taking back of the spare descriptor', () => {
    it('makes no calls but those that turn clients away', async (env) => {
      const scene = listen(env);
      const made = recordCalls(env, everyCall);
      const peers = clientsWait(scene, 2);
      await env.drive(() => peers.every((peer) => peer.sawClose));

      expect(made.slice(made.indexOf('accept4'))).to.deep.equal([
        'accept4',
        'close',
        ...['accept4', 'recv', 'close'],
        ...['accept4', 'recv', 'close'],
        'accept4',
        'eventfd',
      ]);
    });

    it('calls nobody: events and log records come after it', async (env) => {
      const scene = listen(env);
      const order = recordCalls(env, ['close', 'eventfd']);
      scene.port.events.on('descriptorsExhausted', () =>
        order.push(`event, ${env.log.records.length} logged`),
      );
      scene.port.events.on('clientShed', () => order.push('event'));
      const records = env.log.records.length;
      env.faults.before('accept4', () => order.push(`accept, ${env.log.records.length - records} logged`), {
        persist: true,
      });
      const peers = clientsWait(scene, 1);
      await env.drive(() => peers.every((peer) => peer.sawClose));

      expect(order).to.deep.equal([
        'accept, 0 logged',
        'close',
        'accept, 0 logged',
        'close',
        'accept, 0 logged',
        'eventfd',
        `event, ${records + 1} logged`,
        'event',
      ]);
    });

    it('logs a broken spare only when nothing is left to protect', async (env) => {
      const scene = listen(env);
      const records: number[] = [];
      env.faults.before('accept4', () => records.push(env.log.errors.length), { persist: true });
      env.faults.fail('eventfd', { errno: 'ENFILE' });
      const peers = clientsWait(scene, 1);
      await env.drive(() => peers.every((peer) => peer.sawClose));

      expect(records).to.deep.equal([0, 0, 0]);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
    });
  });

  // Beyond Twisted: E5
  it('says nothing when nobody was there to be shed', async (env) => {
    const scene = listen(env);
    env.faults.fail('accept4', { errno: 'EMFILE' }).fail('accept4', { errno: 'EAGAIN', nth: 2 });
    env.peers.connect(addressOf(scene.port));
    await env.drive(() => scene.factory.protocols.length === 1);

    expect(scene.told).to.deep.equal([]);
    expect(env.log.records.filter(({ level }) => level !== 'info')).to.deep.equal([]);
    expect(scene.spare.available()).to.equal(true);
  });

  // Beyond Twisted: E4
  it('leaves the number of clients that a turn may accept alone', async (env) => {
    const scene = listen(env);
    const peers = clientsWait(scene, 3);
    await env.drive(() => peers.every((peer) => peer.sawClose));

    expect(numberAcceptsOf(scene.port)).to.equal(100);
    expect(scene.port.counters).to.include({ shed: 3, accepted: 0, pauses: 0 });
    await requireServing(scene);
    expect(scene.told.at(-1)).to.equal('recovered EMFILE shed 3 pauses 0');
  });

  it('keeps serving those whom it accepted before, in the same turn', async (env) => {
    const scene = listen(env);
    const peers = [0, 1, 2].map(() => env.peers.connect(addressOf(scene.port)));
    env.faults.fail('accept4', { errno: 'EMFILE', nth: 3 });
    await env.drive(() => peers[2]!.sawClose);
    peers[0]!.send('hello');
    await env.drive(() => scene.factory.protocols[0]!.received.toString() === 'hello');

    expect(scene.port.counters).to.include({ accepted: 2, shed: 1 });
  });

  it('counts clients that had gone meanwhile apart', async (env) => {
    const scene = listen(env);
    const peers = clientsWait(scene, 1);
    env.faults.fail('accept4', { errno: 'ECONNABORTED', nth: 2 });
    await env.drive(() => peers[0]!.sawClose);

    expect(scene.port.counters.shed).to.equal(1);
  });

  describe('whose slot is stolen in the window', () => {
    /** Takes the descriptor that has come free, right before the accept of this number. */
    function stealBefore({ env }: Scene, call: LibcCall, nth: number): () => void {
      let stolen = -1;
      env.faults.before(
        call,
        () => {
          stolen = env.libc.eventfd(0, 0);
        },
        { nth },
      );
      return () => env.libc.close(stolen);
    }

    it('before the first client: nobody is shed, the port rests, and recovers with a spare', async (env) => {
      const scene = listen(env);
      const descriptors = new DescriptorExhauster(env.libc);
      env.addCleanup(() => descriptors[Symbol.dispose]());
      const peer = env.peers.connect(addressOf(scene.port));
      descriptors.exhaust();
      const giveBack = stealBefore(scene, 'accept4', 2);
      await env.drive(() => scene.told.length === 3);
      const [held, reading] = [scene.spare.available(), isListeningReader(scene)];
      descriptors.release();

      expect([held, reading, peer.sawClose]).to.deep.equal([false, false, false]);
      expect(scene.told).to.deep.equal([
        'descriptorsExhausted EMFILE',
        'acceptFailed EMFILE',
        'acceptPaused 50',
      ]);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
      await env.drive(() => scene.factory.protocols[0]?.made === true);
      giveBack();
      expect(scene.spare.available()).to.equal(true);
      expect(isListeningReader(scene)).to.equal(true);
      expect(scene.told.at(-1)).to.match(/^recovered EMFILE shed 0 pauses \d+$/);
    });

    it('after the first client: the others wait, and are served when there are descriptors', async (env) => {
      const scene = listen(env);
      const descriptors = new DescriptorExhauster(env.libc);
      env.addCleanup(() => descriptors[Symbol.dispose]());
      const peers = [0, 1, 2].map(() => env.peers.connect(addressOf(scene.port)));
      descriptors.exhaust();
      const giveBack = stealBefore(scene, 'accept4', 3);
      await env.drive(() => scene.told.includes('acceptPaused 50'));
      const shed = scene.port.counters.shed;
      descriptors.release();

      expect(shed).to.equal(1);
      expect(scene.told.filter((event) => event.startsWith('clientShed'))).to.have.length(1);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
      await env.drive(() => scene.factory.protocols.length === 2);
      giveBack();
      expect(peers.filter((peer) => peer.sawClose)).to.have.length(1);
    });

    it('after the last client: all are shed, and the spare is tried for again until it is held', async (env) => {
      const scene = listen(env);
      const descriptors = new DescriptorExhauster(env.libc);
      env.addCleanup(() => descriptors[Symbol.dispose]());
      const peer = env.peers.connect(addressOf(scene.port));
      descriptors.exhaust();
      const giveBack = stealBefore(scene, 'eventfd', 1);
      await env.drive(() => scene.port.counters.pauses > 0);
      const counters = { ...scene.port.counters };
      const held = scene.spare.available();
      giveBack();
      await env.drive(() => scene.spare.available());
      descriptors.release();

      expect(counters).to.include({ shed: 1, pauses: 1 });
      expect(held).to.equal(false);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
      await env.drive(() => peer.sawClose);
      await requireServing(scene);
    });
  });

  describe('and cannot take the spare descriptor back', () => {
    for (const errno of ['EMFILE', 'ENFILE', 'ENOMEM'] as const satisfies readonly ErrnoName[]) {
      it(`for ${errno}: rests, logs it once, tries again, and recovers`, async (env) => {
        const scene = listen(env);
        const peers = clientsWait(scene, 2);
        env.faults.fail('eventfd', { errno, persist: true });
        const tries = env.faults.count('eventfd');
        await env.drive(() => env.faults.count('eventfd') >= tries + 3);
        expect(scene.spare.available()).to.equal(false);
        expect(scene.port.counters).to.include({ shed: 2, pauses: 1 });
        expect(peers.every((peer) => peer.sawClose)).to.equal(true);
        expect(env.log.flushErrors(SystemError)).to.have.length(1);
        env.faults.reset();
        await env.drive(() => scene.spare.available());

        await requireServing(scene);
        expect(isListeningReader(scene)).to.equal(true);
        expect(scene.told.at(-1)).to.match(/^recovered EMFILE shed 2 pauses/);
        expect(env.log.records.filter(({ level }) => level === 'warning')).to.have.length(2);
      });
    }
  });

  describe('and meets another error of accept there', () => {
    it('that is fatal: the port is lost, once, and the spare is held', async (env) => {
      const scene = listen(env);
      env.faults.fail('accept4', { errno: 'EMFILE' }).fail('accept4', { errno: 'EBADF', nth: 2 });
      env.peers.connect(addressOf(scene.port));
      await env.drive(() => !scene.port.listening);

      expect(scene.factory.events).to.deep.equal(['start', 'stop']);
      expect(scene.spare.available()).to.equal(true);
      expect(scene.told).to.deep.equal(['closed']);
      expect(env.log.flushErrors(SystemError)).to.have.length(1);
    });

    it('that time may mend: rests', async (env) => {
      const scene = listen(env);
      const peers = clientsWait(scene, 2);
      env.faults.fail('accept4', { errno: 'ENFILE', nth: 3 });
      await env.drive(() => scene.factory.protocols.length === 1);

      expect(scene.port.counters).to.include({ shed: 1, accepted: 1, pauses: 1 });
      expect(scene.told.slice(2)).to.deep.equal([
        'acceptFailed ENFILE',
        'acceptPaused 50',
        'recovered EMFILE shed 1 pauses 1',
      ]);
      expect(peers.filter((peer) => peer.sawClose)).to.have.length(1);
    });
  });

  // Beyond Twisted: E1, E2
  it('and rests is woken when a descriptor of this process is closed, long before its time', async (env) => {
    const scene = listen(env);
    env.faults.fail('accept4', { errno: 'ENFILE', persist: true });
    env.peers.connect(addressOf(scene.port));
    // The rests have become long by now.
    await env.drive(() => scene.told.includes('acceptPaused 400'));
    env.faults.reset();
    env.libc.close(env.libc.eventfd(0, 0));
    await env.drive.turns(2);

    expect(scene.factory.protocols).to.have.length(1);
    expect(scene.told.slice(-1)).to.deep.equal(['recovered ENFILE shed 0 pauses 4']);
  });

  it('shares the spare descriptor with the other ports', async (env) => {
    const [first, second] = [listen(env), listen(env)];
    const peers = clientsWait(first, 1);
    await env.drive(() => peers[0]!.sawClose);
    env.faults.reset();
    const others = clientsWait(second, 1);
    await env.drive(() => others[0]!.sawClose);

    expect([first.port.counters.shed, second.port.counters.shed]).to.deep.equal([1, 1]);
    expect(env.faults.count('eventfd')).to.equal(1);
  });

  it('may have a spare descriptor of its own', async (env) => {
    const reservation = new FileDescriptorReservation(spareEventfd(env.faults));
    env.addCleanup(() => reservation[Symbol.dispose]());
    const factory = new RecordingFactory();
    const port = env.listen(factory, { reservation });
    const scene: Scene = { env, factory, port, told: recordPortEvents(port), spare: reservation };
    const peers = clientsWait(scene, 1);
    await env.drive(() => peers[0]!.sawClose);

    expect(reservation.available()).to.equal(true);
    expect(port.counters.shed).to.equal(1);
    await requireServing(scene);
  });
});
