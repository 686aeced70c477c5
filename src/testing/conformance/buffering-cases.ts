import assert from 'node:assert/strict';
import {
  ConnectionLost,
  NotConnectedError,
  SlowReaderError,
  WriteQueueOverflowError,
} from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeServerPair, onAnyTransport } from './pairs.js';
import { pattern } from './pattern.js';

/** The write queue as the program sees it: when it is full, when it is empty, and what bounds it. */
export const bufferingCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: '`write()` answers false above the high-water mark, and `drained()` fires when all is sent',
    cites: ['C5'],
    async run({ drive }, { peer, transport }) {
      transport.writeBufferSize = 100;
      assert.equal(transport.write(pattern(100)), true);
      assert.equal(transport.write(pattern(1)), false);
      assert.equal(transport.bytesQueued, 101);
      await drive.result(transport.drained());
      assert.equal(transport.bytesQueued, 0);
      assert.equal(transport.bytesWritten, 101);
      await drive(() => peer.bytesReceived === 101);
    },
  }),
  ...onAnyTransport({
    name: '`drained()` fires at once when nothing is queued',
    cites: ['C5'],
    async run({ drive }, { transport }) {
      await drive.result(transport.drained());
      assert.equal(transport.bytesQueued, 0);
    },
  }),
  ...onAnyTransport({
    name: '`drained()` fails with the reason if the connection is lost first',
    cites: ['C5'],
    pair: { peer: { receiveBufferBytes: 4096 } },
    async run({ drive }, { peer, protocol, transport }) {
      peer.stopReading();
      transport.write(pattern(8_000_000));
      const drained = transport.drained();
      await drive.turns(3);
      peer.reset();
      await assert.rejects(drive.result(drained), ConnectionLost);
      assertReason(protocol.reason, ConnectionLost);
      await assert.rejects(drive.result(transport.drained()), NotConnectedError);
    },
  }),
  ...onAnyTransport({
    name: 'events tell once that the queue is full, and that it is empty again',
    cites: ['C5'],
    async run({ drive }, { peer, transport }) {
      const told: (string | number)[] = [];
      transport.events.on('writeBufferFull', (bytes) => told.push('full', bytes));
      transport.events.on('drain', () => told.push('drain'));
      transport.writeBufferSize = 100;
      transport.write(pattern(101));
      transport.write(pattern(101));
      await drive(() => peer.bytesReceived === 202);
      transport.write(pattern(100));
      await drive(() => peer.bytesReceived === 302);
      assert.deepEqual(told, ['full', 101, 'drain']);
    },
  }),
  ...onAnyTransport({
    name: 'a queue above `writeQueueLimit` aborts the connection, with an event',
    cites: ['C13'],
    pair: { connection: { writeQueueLimit: 1000, writeBufferSize: 100 } },
    async run({ drive }, { peer, protocol, transport }) {
      const told: number[] = [];
      transport.events.on('writeQueueOverflow', (bytes) => told.push(bytes));
      transport.write(pattern(1000));
      assert.deepEqual(told, []);
      transport.write(pattern(1));
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(told, [1001]);
      const error = assertReason(protocol.reason, WriteQueueOverflowError);
      assert.deepEqual([error.queuedBytes, error.limitBytes], [1001, 1000]);
      assert.ok(peer.sawReset);
    },
  }),
  ...onAnyTransport({
    name: 'a peer that takes nothing for `slowReaderTimeoutMs` is aborted, with an event',
    cites: ['C13'],
    pair: { connection: { slowReaderTimeoutMs: 20 }, peer: { receiveBufferBytes: 4096 } },
    async run({ drive }, { peer, protocol, transport }) {
      const told: number[] = [];
      transport.events.on('slowReader', (bytes) => told.push(bytes));
      peer.stopReading();
      transport.write(pattern(8_000_000));
      await drive(() => protocol.lost);
      assert.equal(told.length, 1);
      assert.ok(told.every((bytes) => bytes > 0));
      assertReason(protocol.reason, SlowReaderError);
    },
  }),
  {
    name: 'a peer that takes all in time is not aborted for slowness, and no timer stays behind',
    cites: ['C13'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env, { connection: { slowReaderTimeoutMs: 60_000 } });
      transport.write(pattern(500_000));
      await env.drive(() => peer.bytesReceived === 500_000);
      await env.drive(() => transport.bytesQueued === 0);
      assert.deepEqual(env.reactor.getDelayedCalls(), []);
    },
  },
];
