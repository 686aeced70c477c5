import assert from 'node:assert/strict';
import { ConnectionLost } from '../../errors/index.js';
import type { ErrnoName } from '../../libc/errno.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeServerPair } from './pairs.js';
import { pattern } from './pattern.js';

/** What the kernel may answer to send and recv, and what has to come of it. */
export const sendErrorCases: readonly ConformanceCase[] = [
  {
    name: 'a send that takes nothing is no end: the bytes go out later, in order with what is written meanwhile',
    cites: ['WriteDescriptorTests.test_kernelBufferFull', 'WriteBufferingTests.test_writeBuffering'],
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      env.faults.fail('send', { errno: 'EAGAIN' });
      transport.write(Buffer.from('abcdef'));
      await env.drive(() => env.faults.injected === 1);
      transport.write(Buffer.from('g'));
      await env.drive(() => peer.bytesReceived === 7);
      assert.equal(peer.received.toString(), 'abcdefg');
      assert.deepEqual(protocol.events, ['made']);
    },
  },
  ...[1, 2, 3, 5, 7, 10].map(partialSends),
  ...(['EINTR', 'ENOBUFS', 'ENOMEM'] satisfies ErrnoName[]).map(passingSendError),
  ...(['EPIPE', 'ECONNRESET', 'ETIMEDOUT'] satisfies ErrnoName[]).map(fatalSendError),
  ...(['EAGAIN', 'EINTR'] satisfies ErrnoName[]).map(passingReceiveError),
  ...(['ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH'] satisfies ErrnoName[]).map(fatalReceiveError),
];

function partialSends(bytes: number): ConformanceCase {
  return {
    name: `sends that take at most ${bytes} bytes deliver everything in order`,
    cites: ['WriteBufferingTests.test_writeBuffering'],
    needs: ['faults'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      env.faults.truncate('send', { bytes, persist: true }).truncate('sendmsg', { bytes, persist: true });
      const expected = pattern(200);
      for (let at = 0; at < expected.length; at += 20) {
        transport.write(expected.subarray(at, at + 13));
        transport.write(expected.subarray(at + 13, at + 20));
        await env.drive.turns(1);
      }
      await env.drive(() => peer.bytesReceived >= expected.length);
      assert.ok(peer.received.equals(expected));
    },
  };
}

function passingSendError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a send that fails with ${errno} is tried again, without spinning`,
    needs: ['faults'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      env.faults.fail('send', { errno });
      const before = env.faults.count('send');
      transport.write(Buffer.from('patience'));
      await env.drive(() => peer.bytesReceived === 8);
      assert.equal(env.faults.count('send') - before, 2);
      assert.deepEqual(protocol.events, ['made']);
    },
  };
}

function fatalSendError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a send that fails with ${errno} loses the connection, and the reason says why`,
    needs: ['faults'],
    async run(env) {
      const { protocol, transport } = await makeServerPair(env);
      env.faults.fail('send', { errno, persist: true });
      transport.write(Buffer.from('lost'));
      await env.drive(() => protocol.lost);
      const error = assertReason(protocol.reason, ConnectionLost);
      assert.equal(error.code, errno);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assert.equal(transport.bytesQueued, 0);
      assert.equal(env.faults.injected, 1);
    },
  };
}

function passingReceiveError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a recv that fails with ${errno} is tried again`,
    needs: ['faults'],
    async run(env) {
      const { peer, protocol } = await makeServerPair(env);
      env.faults.fail('recv', { errno });
      peer.send('hello');
      await env.drive(() => protocol.received.length === 5);
      assert.equal(env.faults.injected, 1);
      assert.deepEqual(protocol.events, ['made', 'data']);
    },
  };
}

function fatalReceiveError(errno: ErrnoName): ConformanceCase {
  return {
    name: `a recv that fails with ${errno} loses the connection, and the reason says why`,
    needs: ['faults'],
    async run(env) {
      const { peer, protocol } = await makeServerPair(env);
      env.faults.fail('recv', { errno });
      peer.send('never read');
      await env.drive(() => protocol.lost);
      assert.equal(assertReason(protocol.reason, ConnectionLost).code, errno);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  };
}
