import assert from 'node:assert/strict';
import { CancelledError, type Deferred, Failure } from '../../defer/index.js';
import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  FileSendError,
  NotConnectedError,
  SlowReaderError,
  WriteQueueOverflowError,
} from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { onAnyTransport } from './pairs.js';
import { pattern } from './pattern.js';

/** What becomes of a Deferred: `sent`, or the error; undefined until then. */
export function outcomeOf(result: Deferred<void>): { value: unknown } {
  const outcome: { value: unknown } = { value: undefined };
  result.addBoth((value) => {
    outcome.value = value instanceof Failure ? value.value : 'sent';
  });
  return outcome;
}

/** More than the buffers of both ends hold. */
const MUCH = 12_000_000;

/** sendFile(): what arrives, in which order, and how it ends. */
export const fileCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'a range of a file goes out between what was written before and what is written later',
    cites: ['C8'],
    async run(env, { peer, transport }) {
      const fd = env.openFile(Buffer.from('0123456789'));
      transport.write(Buffer.from('<'));
      const first = outcomeOf(transport.sendFile(fd, 3, 4));
      transport.write(Buffer.from('|'));
      transport.write(Buffer.from('|'));
      const second = outcomeOf(transport.sendFile(fd, 0, 10));
      const third = outcomeOf(transport.sendFile({ fd }, 9, 1));
      transport.writeSequence([Buffer.from('>'), Buffer.from('\n')]);
      assert.equal(transport.bytesQueued, 20);
      await env.drive(() => peer.bytesReceived >= 20);
      assert.equal(peer.received.toString(), '<3456||01234567899>\n');
      assert.deepEqual([first.value, second.value, third.value], ['sent', 'sent', 'sent']);
      assert.equal(transport.bytesQueued, 0);
      assert.equal(transport.bytesWritten, 20);
    },
  }),
  ...onAnyTransport({
    name: 'a file that is longer than the buffers arrives whole before the end; its result comes first, then `connectionLost`',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      const content = pattern(MUCH);
      const order: string[] = [];
      protocol.hooks.lost = () => void order.push('lost');
      transport.sendFile(env.openFile(content), 0, MUCH).addCallback(() => void order.push('sent'));
      transport.write(Buffer.from('end'));
      transport.loseConnection();
      await env.drive(() => peer.sawEnd && protocol.lost);
      assert.equal(peer.bytesReceived, MUCH + 3);
      assert.ok(peer.received.subarray(0, MUCH).equals(content));
      assert.equal(peer.received.subarray(MUCH).toString(), 'end');
      assert.deepEqual(order, ['sent', 'lost']);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'nothing of a file is sent at once, and an empty file is no end',
    cites: ['C8'],
    async run(env, { peer, transport }) {
      const fd = env.openFile(Buffer.alloc(0));
      const empty = outcomeOf(transport.sendFile(fd, 0, 0));
      assert.deepEqual([empty.value, transport.bytesQueued], ['sent', 0]);
      transport.write(Buffer.from('goes on'));
      await env.drive(() => peer.bytesReceived === 7);
    },
  }),
  ...onAnyTransport({
    name: 'a file that is too short is cut off by a reset, and nothing that was queued behind it is sent',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      const short = outcomeOf(transport.sendFile(env.openFile(Buffer.from('short')), 2, 10));
      const behind = outcomeOf(transport.sendFile(env.openFile(Buffer.from('behind')), 0, 6));
      transport.write(Buffer.from('never'));
      await env.drive(() => protocol.lost && peer.sawClose);
      const error = assertReason(protocol.reason, FileSendError);
      assert.equal(error.bytesMissing, 7);
      assert.deepEqual([short.value, behind.value], [error, error]);
      assert.equal(peer.received.toString(), 'ort'.slice(0, peer.bytesReceived));
      assert.ok(peer.sawReset);
      assert.equal(transport.bytesQueued, 0);
    },
  }),
  ...onAnyTransport({
    name: 'a file that can’t be read is cut off by a reset, and the error says why',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      const handle = { fd: env.openFile(pattern(10)) };
      const closed = outcomeOf(transport.sendFile(handle, 0, 10));
      // As node's FileHandle does when it is closed.
      handle.fd = -1;
      await env.drive(() => protocol.lost && peer.sawClose);
      const error = assertReason(protocol.reason, FileSendError);
      assert.equal(closed.value, error);
      assert.deepEqual([error.bytesMissing, error.code], [10, 'EBADF']);
      assert.ok(peer.sawReset);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()` drops a file that is under way, and those behind it',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const fd = env.openFile(pattern(MUCH));
      const results = [outcomeOf(transport.sendFile(fd, 0, MUCH)), outcomeOf(transport.sendFile(fd, 0, 1))];
      await env.drive.turns(5);
      transport.abortConnection();
      assert.deepEqual([results[0]?.value, transport.bytesQueued], [undefined, 0]);
      await env.drive(() => protocol.lost);
      const error = assertReason(protocol.reason, ConnectionAborted);
      assert.deepEqual(
        results.map(({ value }) => value),
        [error, error],
      );
    },
  }),
  ...onAnyTransport({
    name: 'a peer that resets midway loses the connection, and the result tells the reason',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH));
      await env.drive.turns(5);
      assert.ok(transport.bytesQueued > 0);
      peer.reset();
      await env.drive(() => protocol.lost);
      assert.equal(result.value, assertReason(protocol.reason, ConnectionLost));
    },
  }),
  ...onAnyTransport({
    name: 'a peer that ends its writing midway still gets all of it; the result comes after `connectionLost`',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const content = pattern(MUCH);
      const result = outcomeOf(transport.sendFile(env.openFile(content), 0, MUCH));
      transport.write(Buffer.from('end'));
      await env.drive.turns(5);
      peer.shutdownWrite();
      await env.drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionDone);
      assert.equal(result.value, undefined);
      peer.resumeReading();
      await env.drive(() => peer.sawClose);
      assert.equal(result.value, 'sent');
      assert.ok(peer.sawEnd);
      assert.ok(peer.received.equals(Buffer.concat([content, Buffer.from('end')])));
    },
  }),
  ...onAnyTransport({
    name: 'a peer that ends its writing midway, and then goes away, fails the result',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH));
      await env.drive.turns(5);
      peer.shutdownWrite();
      await env.drive(() => protocol.lost);
      peer.reset();
      await env.drive(() => result.value !== undefined);
      assert.ok(result.value instanceof ConnectionLost);
    },
  }),
  ...onAnyTransport({
    name: '`loseWriteConnection()` waits for a file, and reading goes on after it',
    cites: ['C8'],
    pair: { halfClose: true },
    async run(env, { peer, protocol, transport }) {
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH));
      transport.loseWriteConnection();
      await env.drive(() => peer.sawEnd);
      assert.equal(peer.bytesReceived, MUCH);
      assert.equal(result.value, 'sent');
      await assert.rejects(async () => transport.sendFile(0, 0, 1), NotConnectedError);
      peer.send('heard');
      await env.drive(() => protocol.received.length === 5);
    },
  }),
  ...onAnyTransport({
    name: 'after `connectionLost` a file is refused, and misuse throws still',
    cites: ['C8'],
    async run(env, { protocol, transport }) {
      transport.loseConnection();
      await env.drive(() => protocol.lost);
      await assert.rejects(async () => transport.sendFile(0, 0, 1), NotConnectedError);
      assert.throws(() => transport.sendFile('file' as unknown as number, 0, 1), TypeError);
    },
  }),
  ...onAnyTransport({
    name: 'what isn’t a file, a place or a length throws at once, and the connection goes on without it',
    cites: ['C8'],
    async run(env, { peer, transport }) {
      const call =
        (...args: unknown[]) =>
        (): unknown =>
          transport.sendFile(...(args as [number, number, number]));
      const types = [
        ['1', 0, 1],
        [null, 0, 1],
        [{}, 0, 1],
        [1, 0n, 1],
        [1, 0, undefined],
      ];
      for (const args of types) assert.throws(call(...args), TypeError);
      const ranges = [
        [-1, 0, 1],
        [1.5, 0, 1],
        [1, -1, 1],
        [1, 0, -1],
        [1, 0, NaN],
        [1, 0, 2 ** 53],
        [1, 2 ** 53 - 1, 1],
      ];
      for (const args of ranges) assert.throws(call(...args), RangeError);
      assert.equal(transport.bytesQueued, 0);
      transport.write(Buffer.from('usable'));
      await env.drive(() => peer.bytesReceived === 6);
    },
  }),
  ...onAnyTransport({
    name: 'a long file fills the queue: `write()` says so, a push producer rests, `drained()` waits',
    cites: ['C8'],
    async run(env, { peer, transport }) {
      const told: string[] = [];
      const producer = {
        pauseProducing: () => void told.push('pause'),
        resumeProducing: () => void told.push('resume'),
        stopProducing: () => void told.push('stop'),
      };
      for (const event of ['writeBufferFull', 'drain'] as const) {
        transport.events.on(event, () => void told.push(event));
      }
      transport.registerProducer(producer, true);
      transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH).addCallback(() => void told.push('sent'));
      transport.drained().addCallback(() => void told.push('drained'));
      assert.deepEqual(told, ['writeBufferFull', 'pause']);
      assert.equal(transport.write(Buffer.from('x')), false);
      await env.drive(() => peer.bytesReceived === MUCH + 1);
      await env.drive(() => told.includes('resume'));
      assert.deepEqual(told.slice(-4), ['sent', 'drain', 'drained', 'resume']);
      transport.unregisterProducer();
      assert.equal(transport.write(Buffer.from('x')), true);
    },
  }),
  ...onAnyTransport({
    name: 'a file takes no memory, so `writeQueueLimit` is for what is written only',
    cites: ['C8'],
    pair: { connection: { writeQueueLimit: 1000 } },
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH));
      transport.write(Buffer.alloc(1000));
      await env.drive.turns(5);
      assert.deepEqual(protocol.events, ['made']);
      transport.write(Buffer.alloc(1));
      await env.drive(() => protocol.lost);
      const error = assertReason(protocol.reason, WriteQueueOverflowError);
      assert.deepEqual([error.queuedBytes, result.value], [1001, error]);
    },
  }),
  ...onAnyTransport({
    name: 'a peer that takes nothing of a file for too long is a slow reader',
    cites: ['C8'],
    pair: { connection: { slowReaderTimeoutMs: 30 } },
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const result = outcomeOf(transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH));
      await env.drive(() => protocol.lost);
      assert.equal(result.value, assertReason(protocol.reason, SlowReaderError));
    },
  }),
  ...onAnyTransport({
    name: 'a signal that is aborted already keeps a file from being queued; one that is aborted later aborts the connection',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const fd = env.openFile(pattern(MUCH));
      const never = outcomeOf(transport.sendFile(fd, 0, MUCH, { signal: AbortSignal.abort() }));
      assert.ok(never.value instanceof CancelledError);
      assert.equal(transport.bytesQueued, 0);
      const controller = new AbortController();
      const cut = outcomeOf(transport.sendFile(fd, 0, MUCH, { signal: controller.signal }));
      await env.drive.turns(5);
      assert.deepEqual(protocol.events, ['made']);
      controller.abort();
      assert.ok(cut.value instanceof CancelledError);
      assert.equal(transport.bytesQueued, 0);
      await env.drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onAnyTransport({
    name: 'a file whose sending is cancelled after `connectionLost` isn’t read any more, and cut off',
    cites: ['C8'],
    async run(env, { peer, protocol, transport }) {
      peer.stopReading();
      const sending = transport.sendFile(env.openFile(pattern(MUCH)), 0, MUCH);
      const result = outcomeOf(sending);
      await env.drive.turns(5);
      peer.shutdownWrite();
      await env.drive(() => protocol.lost);
      sending.cancel();
      assert.ok(result.value instanceof CancelledError);
      peer.resumeReading();
      await env.drive(() => peer.sawClose);
      assert.ok(peer.bytesReceived < MUCH);
      assert.ok(peer.sawReset);
    },
  }),
];
