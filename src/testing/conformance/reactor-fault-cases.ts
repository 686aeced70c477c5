import assert from 'node:assert/strict';
import { SystemError } from '../../errors/index.js';
import { type ErrnoName, O_CLOEXEC, checked } from '../../libc/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { RecordingDescriptor, makeDescriptorPair, takeSome } from './reactor-descriptor.js';

function refused(errno: ErrnoName): ConformanceCase {
  return {
    name: `a descriptor that epoll_ctl refuses with ${errno} is lost with that error, and no other`,
    needs: ['faults'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      env.faults.fail('epoll_ctl', { errno });
      env.reactor.addReader(descriptor);
      env.reactor.addWriter(other);
      await env.drive(() => descriptor.count('lost') === 1 && other.count('write') > 3);
      const error = assertReason(descriptor.reason, SystemError);
      assert.deepEqual([error.code, error.syscall, error.fd], [errno, 'epoll_ctl', descriptor.fd]);
      assert.deepEqual([env.reactor.getReaders(), env.reactor.getWriters()], [[], [other]]);
    },
  };
}

/** epoll's own errors, and what must not cost more calls of it than it has to. */
export const reactorFaultCases: readonly ConformanceCase[] = [
  refused('ENOMEM'),
  refused('ENOSPC'),
  refused('EBADF'),
  {
    name: 'a change of a watched descriptor that epoll_ctl refuses ends it, and takes it out of the set',
    needs: ['faults'],
    async run(env) {
      const { descriptor, peer } = makeDescriptorPair(env);
      env.reactor.addReader(descriptor);
      await env.drive.turns(2);
      env.faults.fail('epoll_ctl', { errno: 'ENOMEM' });
      env.reactor.addWriter(descriptor);
      await env.drive(() => descriptor.count('lost') === 1);
      await env.drive.turns(2);
      const before = env.faults.count('epoll_wait');
      peer.send('x');
      await env.drive.turns(5);
      assert.deepEqual(descriptor.events, ['lost']);
      assert.equal(env.faults.count('epoll_wait'), before);
    },
  },
  {
    name: 'who is refused and then watched again by its own `connectionLost` is served',
    needs: ['faults'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      env.faults.fail('epoll_ctl', { errno: 'ENOMEM' });
      descriptor.onLost = () => env.reactor.addWriter(descriptor);
      env.reactor.addWriter(descriptor);
      await env.drive(() => descriptor.count('write') > 0);
      assert.equal(descriptor.events[0], 'lost');
    },
  },
  {
    name: 'an epoll_wait that a signal interrupts (EINTR) is made again in the next turn',
    needs: ['faults'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      env.reactor.addWriter(descriptor);
      env.faults.fail('epoll_wait', { errno: 'EINTR' });
      await env.drive(() => descriptor.count('write') > 3);
      assert.equal(env.faults.injected, 1);
    },
  },
  {
    name: 'interest that changes back and forth within a turn reaches the kernel as its difference, once',
    needs: ['faults'],
    async run(env) {
      const { reactor, faults, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      reactor.addHangUpWatch(descriptor);
      reactor.addReader(descriptor);
      await drive.turns(2);
      const before = faults.count('epoll_ctl');
      for (let i = 0; i < 10; i += 1) {
        reactor.removeReader(descriptor);
        reactor.addReader(descriptor);
      }
      await drive.turns(2);
      assert.equal(faults.count('epoll_ctl'), before);
      for (let i = 0; i < 10; i += 1) {
        reactor.removeReader(descriptor);
        reactor.addReader(descriptor);
      }
      reactor.removeReader(descriptor);
      await drive.turns(2);
      assert.equal(faults.count('epoll_ctl'), before + 1);
    },
  },
  {
    name: 'a hang-up that nobody reads costs no more turns once it was told',
    cites: ['C4'],
    needs: ['faults'],
    async run(env) {
      const { reactor, faults, drive } = env;
      const { descriptor: ended, peer: endedPeer } = makeDescriptorPair(env);
      const { descriptor: gone, peer: gonePeer } = makeDescriptorPair(env);
      reactor.addHangUpWatch(ended);
      reactor.addHangUpWatch(gone);
      endedPeer.send('unread');
      endedPeer.shutdownWrite();
      gonePeer.close();
      await drive(() => ended.events.length > 0 && gone.events.length > 0);
      await drive.turns(3);
      const before = faults.count('epoll_wait');
      await drive.turns(20);
      assert.equal(faults.count('epoll_wait'), before);
      assert.deepEqual([ended.events, gone.events], [['ended'], ['ended']]);
      // Out of the set, where HUP can't be masked, and back again for a reader.
      const changes = faults.count('epoll_ctl');
      gone.onRead = () => {
        if (takeSome(env, gone) === 0) reactor.forget(gone, { shared: true });
      };
      reactor.addReader(gone);
      await drive(() => gone.count('read') === 1);
      assert.equal(faults.count('epoll_ctl'), changes + 2);
    },
  },
  {
    name: 'nothing to do: no turn is taken',
    needs: ['faults'],
    async run(env) {
      const { descriptor } = makeDescriptorPair(env);
      env.reactor.addReader(descriptor);
      const distant = env.reactor.callLater(1000, () => undefined);
      await env.drive.turns(3);
      const before = env.faults.count('epoll_wait');
      await env.drive.turns(20);
      assert.equal(env.faults.count('epoll_wait'), before);
      distant.cancel();
    },
  },
  {
    name: 'a descriptor that epoll can not watch (EPERM: a regular file) is polled by time, as long as it is watched',
    cites: ['ContinuousPollingTests.test_readerPolling'],
    async run(env) {
      const { libc, reactor, drive } = env;
      const fd = checked(libc.open('/proc/self/exe', O_CLOEXEC, 0), 'open');
      env.addCleanup(() => libc.close(fd));
      const descriptor = new RecordingDescriptor(fd);
      reactor.addReader(descriptor);
      reactor.addWriter(descriptor);
      await drive(() => descriptor.count('read') > 2 && descriptor.count('write') > 2);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[descriptor], [descriptor]]);
      reactor.removeReader(descriptor);
      const reads = descriptor.count('read');
      const writes = descriptor.count('write');
      await drive(() => descriptor.count('write') > writes + 2);
      assert.equal(descriptor.count('read'), reads);
      reactor.removeWriter(descriptor);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters(), reactor.getDelayedCalls()], [[], [], []]);
    },
  },
];
