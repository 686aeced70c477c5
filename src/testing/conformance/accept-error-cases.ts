import assert from 'node:assert/strict';
import { SystemError } from '../../errors/index.js';
import type { ErrnoName } from '../../libc/errno.js';
import type { ConformanceCase } from './case.js';
import { type ConformanceEnvironment, addressOf } from './environment.js';
import { requireResting } from './port-checks.js';
import { numberAcceptsOf, recordPortEvents } from './port-events.js';
import { RecordingFactory } from './recording-factory.js';

const UPSTREAM = {
  EMFILE: 'SelectReactorTests.test_tooManyFilesFromAccept',
  ECONNABORTED: 'SelectReactorTests.test_connectionAbortedFromAccept',
  ENFILE: 'SelectReactorTests.test_noFilesFromAccept',
  ENOMEM: 'SelectReactorTests.test_noMemoryFromAccept',
  EPERM: 'SelectReactorTests.test_permissionFailure',
} as const;

/** What passes with this client (accept(2)): the network's errors that Linux hands on, a firewall's, an interrupted call. */
const passing = [
  ...['ECONNABORTED', 'EPERM', 'EINTR', 'EPROTO', 'ENETDOWN', 'ENOPROTOOPT'],
  ...['EHOSTDOWN', 'ENONET', 'EHOSTUNREACH', 'EOPNOTSUPP', 'ENETUNREACH'],
] as ErrnoName[];

/** What only time can mend. */
const lacking = ['ENFILE', 'ENOBUFS', 'ENOMEM'] as const;

/** What says that the listening socket itself is no good. */
const fatal = ['EBADF', 'EINVAL', 'ENOTSOCK'] as const;

/** Errors of accept: none of them stops a port for good that could go on, none makes it spin, none is thrown. */
export const acceptErrorCases: readonly ConformanceCase[] = [
  ...passing.map(passingError),
  ...lacking.map(lackingError),
  ...fatal.map(fatalError),
  {
    name: 'accept that fails with EPERM for ever is tried `numberAccepts` times in a turn, which then becomes 1',
    cites: [UPSTREAM.EPERM],
    needs: ['faults'],
    async run(env) {
      const { factory, port } = listen(env, 12);
      env.faults.fail('accept4', { errno: 'EPERM', persist: true });
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => env.faults.count('accept4') > 0);
      assert.equal(env.faults.count('accept4'), 12);
      await env.drive.turns(1);
      assert.ok(env.faults.count('accept4') < 24);
      assert.equal(numberAcceptsOf(port), 1);
      env.faults.reset();
      await env.drive(() => factory.protocols[0]?.made === true && peer.connected);
    },
  },
  {
    name: 'accept that fails with EMFILE for ever, the spare descriptor given up or not: nothing is thrown, the port rests',
    cites: [UPSTREAM.EMFILE, 'E2'],
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno: 'EMFILE', persist: true });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.length > 0);
      assert.deepEqual(told.slice(0, 2), ['descriptorsExhausted EMFILE', 'acceptFailed EMFILE']);
      await requireResting(env, port);
      await requireRecovery(env, factory, told);
      assert.equal(port.counters.shed, 0);
    },
  },
  {
    name: 'an errno that accept isn’t known to give is logged once, and waited out',
    cites: ['SelectReactorTests.test_unknownSocketErrorRaise'],
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno: 'EXDEV', persist: true });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.filter((event) => event === 'acceptFailed EXDEV').length >= 2);
      assert.equal(env.log.flushErrors(isErrno('EXDEV')).length, 1);
      await requireResting(env, port);
      await requireRecovery(env, factory, told);
    },
  },
  {
    name: 'an errno that isn’t known, while clients are being shed: the spare descriptor is back, and it is waited out',
    cites: ['E1'],
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno: 'EMFILE' }).fail('accept4', { errno: 'EXDEV', nth: 2 });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.includes('acceptFailed EXDEV'));
      assert.equal(env.log.flushErrors(isErrno('EXDEV')).length, 1);
      await requireRecovery(env, factory, told);
      assert.equal(port.counters.pauses, 1);
    },
  },
  {
    name: 'connections that are open don’t notice that accept fails',
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      const peer = env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true);
      env.faults.fail('accept4', { errno: 'ENFILE', persist: true });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.includes('acceptFailed ENFILE'));
      peer.send('hello');
      await env.drive(() => factory.protocols[0]?.received.toString() === 'hello');
      env.faults.reset();
      await env.drive(() => factory.protocols.length === 2);
    },
  },
  {
    name: 'a port that rests can be stopped, and leaves no timer behind',
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno: 'ENFILE', persist: true });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.includes('acceptFailed ENFILE'));
      await env.drive.result(port.stopListening());
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
      assert.deepEqual(factory.events, ['start', 'stop']);
    },
  },
];

function listen(env: ConformanceEnvironment, numberAccepts = 100) {
  const factory = new RecordingFactory();
  const port = env.listen(factory, { numberAccepts });
  return { factory, port, told: recordPortEvents(port) };
}

function isErrno(code: string) {
  return ({ properties }: { readonly properties: Record<string, unknown> }): boolean =>
    properties['error'] instanceof SystemError && properties['error'].code === code;
}

/** The fault goes away: the client that waited is served, and that ends the episode. */
async function requireRecovery(
  env: ConformanceEnvironment,
  factory: RecordingFactory,
  told: string[],
): Promise<void> {
  env.faults.reset();
  await env.drive(() => factory.protocols[0]?.made === true);
  assert.ok(told.at(-1)?.startsWith('recovered'));
}

function passingError(errno: ErrnoName): ConformanceCase {
  return {
    name: `accept that fails with ${errno} goes on with the next client`,
    cites: errno === 'ECONNABORTED' || errno === 'EPERM' ? [UPSTREAM[errno]] : [],
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno }).fail('accept4', { errno, nth: 2 });
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true);
      assert.deepEqual(told, []);
      assert.equal(port.counters.aborted, errno === 'EINTR' ? 0 : 2);
      assert.equal(port.counters.pauses, 0);
    },
  };
}

function lackingError(errno: (typeof lacking)[number]): ConformanceCase {
  return {
    name: `accept that fails with ${errno} makes the port rest, without touching the spare descriptor`,
    cites: [...(errno === 'ENOBUFS' ? [] : [UPSTREAM[errno]]), 'E2', 'E3'],
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      const [opened, closed] = [env.faults.count('eventfd'), env.faults.count('close')];
      env.faults.fail('accept4', { errno, persist: true });
      env.peers.connect(addressOf(port));
      await env.drive(() => told.length >= 3);
      assert.deepEqual(told.slice(0, 3), [
        `descriptorsExhausted ${errno}`,
        `acceptFailed ${errno}`,
        'acceptPaused 50',
      ]);
      await requireResting(env, port);
      assert.deepEqual([env.faults.count('eventfd'), env.faults.count('close')], [opened, closed]);
      await requireRecovery(env, factory, told);
      // One line when it began, one when it was over.
      assert.equal(env.log.records.filter(({ level }) => level === 'warning').length, 2);
    },
  };
}

function fatalError(errno: (typeof fatal)[number]): ConformanceCase {
  return {
    name: `accept that fails with ${errno} means that the port is lost: closed, logged, and the factory stopped`,
    needs: ['faults'],
    async run(env) {
      const { factory, port, told } = listen(env);
      env.faults.fail('accept4', { errno });
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.events.includes('stop'));
      assert.equal(port.listening, false);
      assert.equal(port.fileno(), -1);
      assert.deepEqual(told, ['closed']);
      assert.equal(env.log.flushErrors(isErrno(errno)).length, 1);
      port.startListening();
      env.peers.connect(addressOf(port));
      await env.drive(() => factory.protocols[0]?.made === true);
    },
  };
}
