import assert from 'node:assert/strict';
import { AF_INET, F_DUPFD_CLOEXEC, F_GETFD, checked, errno } from '../../libc/index.js';
import type { ConformanceCase } from './case.js';
import type { ConformanceEnvironment } from './environment.js';
import { makeServerPair } from './pairs.js';
import { RecordingFactory } from './recording-factory.js';

/** Rounds in which a reactor without anything to do must not take a turn. */
const QUIET_ROUNDS = 30;

/** Nothing that the reactor still watches is ready: epoll wakes it no more. */
async function requireQuiet(env: ConformanceEnvironment): Promise<void> {
  await env.drive.turns(5);
  const waits = env.faults.count('epoll_wait');
  await env.drive.turns(QUIET_ROUNDS);
  assert.equal(env.faults.count('epoll_wait'), waits);
}

function isOpen(env: ConformanceEnvironment, fd: number): boolean {
  return env.libc.fcntl(fd, F_GETFD, 0) !== -errno.EBADF;
}

/**
 * Sockets that somebody else has a descriptor of. A close doesn't take such a socket out of an epoll set (epoll(7), "Questions
 * and answers", 6): whoever forgets to do so is woken for ever by events that belong to nobody.
 */
export const sharedDescriptorCases: readonly ConformanceCase[] = [
  {
    name: 'an adopted connection that is over no longer wakes the reactor, whatever comes to its original',
    cites: ['C10'],
    needs: ['faults'],
    async run(env) {
      const listener = env.peers.listen();
      const one = env.peers.connect(listener.address);
      await env.drive(() => listener.accepted.length > 0);
      const [other] = listener.accepted;
      assert.ok(other !== undefined);
      other.stopReading();
      const factory = new RecordingFactory();
      env.abortAfterwards(factory);
      const open = env.libc.descriptors.open;
      // Its number isn't asked for: that would tell the transport that somebody may have duplicated it.
      const transport = env.reactor.adoptStreamConnection(other.fileno(), AF_INET, factory);
      await env.drive.turns(2);
      transport?.abortConnection();
      await env.drive(() => factory.protocols[0]?.lost === true);
      assert.equal(env.libc.descriptors.open, open);
      one.send('for the original');
      one.shutdownWrite();
      await requireQuiet(env);
      assert.deepEqual(factory.protocols[0]?.events, ['made', 'lost']);
    },
  },
  {
    name: 'an adopted port that was stopped no longer wakes the reactor, whoever comes to its original',
    cites: ['C10', 'AdoptStreamPortErrorsTestsBuilder.test_stopOnlyCloses'],
    needs: ['faults'],
    async run(env) {
      const listener = env.peers.listen();
      listener.stopAccepting();
      const factory = new RecordingFactory();
      const port = env.reactor.adoptStreamPort(listener.fileno(), AF_INET, factory);
      await env.drive.turns(2);
      await env.drive.result(port.stopListening());
      const client = env.peers.connect(listener.address);
      await env.drive(() => client.connected);
      await requireQuiet(env);
      assert.deepEqual(factory.protocols, []);
    },
  },
  {
    name: 'a connection whose `fileno()` was duplicated no longer wakes the reactor once it is over',
    cites: ['C10', 'C14'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      const fd = transport.fileno();
      assert.ok(isOpen(env, fd));
      const copy = checked(env.libc.fcntl(fd, F_DUPFD_CLOEXEC, 0), 'fcntl');
      env.addCleanup(() => env.libc.close(copy));
      transport.loseConnection();
      await env.drive(() => protocol.lost && peer.sawEnd);
      peer.close();
      await env.drive(() => !isOpen(env, fd));
      assert.equal(transport.fileno(), -1);
      await requireQuiet(env);
    },
  },
  {
    name: 'a detached connection no longer wakes the reactor, whatever comes to its new owner',
    cites: ['C10', 'C14'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      const fd = transport.detach();
      env.addCleanup(() => env.libc.close(fd));
      await env.drive(() => protocol.lost);
      peer.send('for the new owner');
      await requireQuiet(env);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  },
];
