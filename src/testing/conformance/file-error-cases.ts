import assert from 'node:assert/strict';
import { ConnectionLost, FileSendError } from '../../errors/index.js';
import type { ErrnoName } from '../../libc/errno.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { outcomeOf } from './file-cases.js';
import { makeServerPair } from './pairs.js';
import { pattern } from './pattern.js';

const LENGTH = 200_000;

/** What the kernel may answer to sendfile and to what stands in for it, and what has to come of it. */
export const fileErrorCases: readonly ConformanceCase[] = [
  ...(['EAGAIN', 'EINTR', 'ENOBUFS', 'ENOMEM'] satisfies ErrnoName[]).map(passingError),
  ...(['EPIPE', 'ECONNRESET', 'ETIMEDOUT'] satisfies ErrnoName[]).map(fatalError),
  ...(['EINVAL', 'ENOSYS', 'EIO'] satisfies ErrnoName[]).map(copiedInstead),
  ...(['EIO', 'EISDIR', 'ESPIPE'] satisfies ErrnoName[]).map(unreadable),
  ...[1, 1000, 70_000].map(shortSends),
  {
    name: 'the kernel is asked for no more than a piece of a file at a time',
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      const length = 4_000_000;
      const before = env.faults.count('sendfile');
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(length)), 0, length));
      await env.drive(() => peer.bytesReceived === length);
      assert.equal(result.value, 'sent');
      assert.ok(env.faults.count('sendfile') - before >= 7);
    },
  },
  {
    name: 'a file that is cut short while it is sent is missed at its new end',
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      // What another process may have done, the kernel tells by an end.
      env.faults.truncate('sendfile', { bytes: 1000 });
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(1500)), 0, 2000));
      await env.drive(() => protocol.lost && peer.sawClose);
      const error = assertReason(protocol.reason, FileSendError);
      assert.deepEqual([error.bytesMissing, error.code, result.value], [500, undefined, error]);
    },
  },
];

function passingError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a sendfile that fails with ${errno} is tried again, without spinning`,
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      const content = pattern(1000);
      env.faults.fail('sendfile', { errno });
      const before = env.faults.count('sendfile');
      const result = outcomeOf(transport.sendFile(env.openFile(content), 0, 1000));
      transport.write(Buffer.from('behind'));
      await env.drive(() => peer.bytesReceived === 1006);
      assert.equal(env.faults.count('sendfile') - before, 2);
      assert.ok(peer.received.equals(Buffer.concat([content, Buffer.from('behind')])));
      assert.deepEqual([protocol.events, result.value], [['made'], 'sent']);
    },
  };
}

function fatalError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a sendfile that fails with ${errno} loses the connection, and the reason says why`,
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { protocol, transport } = await makeServerPair(env);
      env.faults.fail('sendfile', { errno, persist: true });
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(1000)), 0, 1000));
      await env.drive(() => protocol.lost);
      const error = assertReason(protocol.reason, ConnectionLost);
      assert.deepEqual([error.code, result.value], [errno, error]);
      assert.equal(env.faults.injected, 1);
    },
  };
}

function copiedInstead(errno: ErrnoName): ConformanceCase {
  return {
    name: `a file for which sendfile says ${errno} is copied, and sendfile is not asked again`,
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      const content = pattern(LENGTH);
      env.faults.fail('sendfile', { errno }).truncate('pread', { bytes: 999, nth: 2 });
      const before = env.faults.count('sendfile');
      const result = outcomeOf(transport.sendFile(env.openFile(content), 1, LENGTH - 1));
      transport.write(Buffer.from('behind'));
      await env.drive(() => peer.bytesReceived === LENGTH + 5);
      assert.ok(peer.received.equals(Buffer.concat([content.subarray(1), Buffer.from('behind')])));
      assert.equal(env.faults.count('sendfile') - before, 1);
      assert.equal(result.value, 'sent');
    },
  };
}

function unreadable(errno: ErrnoName): ConformanceCase {
  return {
    name: `a file that can be neither sent nor read (${errno}) is cut off by a reset, and the error says why`,
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      env.faults.fail('sendfile', { errno, nth: 2 }).fail('pread', { errno });
      env.faults.truncate('sendfile', { bytes: 100 });
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(1000)), 0, 1000));
      await env.drive(() => protocol.lost && peer.sawClose);
      const error = assertReason(protocol.reason, FileSendError);
      assert.deepEqual([error.code, error.bytesMissing, result.value], [errno, 900, error]);
      assert.ok(peer.sawReset);
    },
  };
}

function shortSends(bytes: number): ConformanceCase {
  return {
    name: `a file of which the kernel takes at most ${bytes} bytes at a time arrives in order, sent or copied`,
    cites: ['C8'],
    needs: ['faults'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      const length = Math.min(LENGTH, bytes * 50);
      const content = pattern(length * 2);
      const fd = env.openFile(content);
      env.faults.truncate('sendfile', { bytes, persist: true }).truncate('send', { bytes, persist: true });
      const sent = outcomeOf(transport.sendFile(fd, 0, length));
      await env.drive(() => sent.value !== undefined);
      env.faults.fail('sendfile', { errno: 'EINVAL' });
      const copied = outcomeOf(transport.sendFile(fd, length, length));
      await env.drive(() => peer.bytesReceived === content.length);
      assert.ok(peer.received.equals(content));
      assert.deepEqual([sent.value, copied.value], ['sent', 'sent']);
    },
  };
}
