import assert from 'node:assert/strict';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeClientPair, makeServerPair, onAnyTransport, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

/** abortConnection(): at once, with a reset, and never re-entrantly. */
export const abortCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: '`abortConnection()` drops what is queued and resets; `connectionLost` comes in a later turn',
    cites: ['AbortConnectionMixin.test_dataReceivedAbort'],
    async run({ drive }, { peer, protocol, transport }) {
      transport.write(Buffer.from('dropped'));
      transport.abortConnection();
      assert.equal(protocol.lost, false);
      assert.equal(transport.bytesQueued, 0);
      await drive(() => protocol.lost && peer.sawClose);
      assert.ok(peer.sawReset);
      assert.equal(peer.bytesReceived, 0);
      assertReason(protocol.reason, ConnectionAborted);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  }),
  ...onBothSides({
    name: '`abortConnection()` inside `dataReceived` is not re-entrant, and what is written after it is never sent',
    cites: ['AbortConnectionMixin.test_dataReceivedAbort'],
    pair: {
      hooks: {
        data: ({ transport }) => {
          transport.abortConnection();
          transport.write(Buffer.from('never sent'));
          transport.writeSequence([Buffer.from('never sent')]);
        },
      },
    },
    async run({ drive, reactor }, { peer, protocol, transport }) {
      peer.send('abort!');
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(protocol.reentered, []);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(peer.bytesReceived, 0);
      assert.equal(transport.bytesQueued, 0);
      assert.deepEqual(reactor.getWriters(), []);
      assert.deepEqual(reactor.getDelayedCalls(), []);
    },
  }),
  ...onAnyTransport({
    name: 'what comes after `abortConnection()` is not delivered',
    async run({ drive }, { peer, protocol, transport }) {
      protocol.hooks.data = () => transport.abortConnection();
      peer.send('first');
      await drive(() => protocol.events.includes('data'));
      peer.send('second');
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()` in `connectionMade` ends the connection',
    pair: { hooks: { made: ({ transport }) => transport.abortConnection() } },
    async run({ drive }, { peer, protocol }) {
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assert.deepEqual(protocol.reentered, []);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()` twice is one end',
    async run({ drive }, { protocol, transport }) {
      transport.abortConnection();
      transport.abortConnection();
      await drive(() => protocol.lost);
      transport.abortConnection();
      await drive.turns(5);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()`, then `loseConnection()`: it stays an abort',
    cites: ['AbortConnectionMixin.test_clientAbortsConnectionThenLosesConnection'],
    async run({ drive }, { peer, protocol, transport }) {
      transport.abortConnection();
      transport.loseConnection();
      transport.loseWriteConnection();
      await drive(() => protocol.lost && peer.sawClose);
      assert.ok(peer.sawReset);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()`, then `abortConnection()`: the close that was waiting becomes an abort',
    pair: { peer: { receiveBufferBytes: 4096 } },
    async run({ drive }, { peer, protocol, transport }) {
      peer.stopReading();
      transport.write(pattern(8_000_000));
      transport.loseConnection();
      await drive.turns(3);
      assert.equal(protocol.lost, false);
      transport.abortConnection();
      await drive(() => protocol.lost);
      peer.resumeReading();
      await drive(() => peer.sawClose);
      assert.ok(peer.sawReset);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onBothSides({
    name: '`abortConnection()` does not wait for a full queue that the peer does not read',
    cites: ['AbortConnectionMixin.test_fullWriteBuffer'],
    pair: { peer: { receiveBufferBytes: 4096 } },
    async run({ drive, reactor }, { peer, protocol, transport }) {
      peer.stopReading();
      for (let i = 0; i < 100; i += 1) transport.write(pattern(320_000));
      await drive.turns(5);
      assert.ok(transport.bytesQueued > 0);
      transport.abortConnection();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assert.deepEqual(protocol.reentered, []);
      assert.deepEqual(reactor.getWriters(), []);
      assert.equal(transport.bytesQueued, 0);
    },
  }),
  ...onAnyTransport({
    name: 'a `dataReceived` that aborts and then throws: logged once, lost once, with what was thrown',
    cites: ['AbortConnectionMixin.test_dataReceivedThrows'],
    async run({ drive, log }, { peer, protocol, transport }) {
      const oops = new Error('thrown after the abort');
      protocol.hooks.data = () => {
        transport.abortConnection();
        throw oops;
      };
      peer.send('abort!');
      await drive(() => protocol.lost);
      await drive.turns(3);
      assert.equal(protocol.reason?.value, oops);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
  ...onAnyTransport({
    name: 'an abort is told to `connectionLost` only after a producer was stopped',
    async run({ drive }, { protocol, transport }) {
      const order: string[] = [];
      const tell = (what: string) => () => void order.push(what);
      transport.registerProducer(
        { pauseProducing: tell('pause'), resumeProducing: tell('resume'), stopProducing: tell('stop') },
        true,
      );
      protocol.hooks.lost = tell('lost');
      transport.abortConnection();
      await drive(() => protocol.lost);
      assert.deepEqual(order, ['stop', 'lost']);
    },
  }),
  ...onBothSides({
    name: 'a reset by the peer is a ConnectionLost that names ECONNRESET, an orderly end a ConnectionDone',
    async run(env, { peer, protocol }) {
      peer.reset();
      await env.drive(() => protocol.lost);
      assert.equal(assertReason(protocol.reason, ConnectionLost).code, 'ECONNRESET');
      for (const makePair of [makeServerPair, makeClientPair]) {
        const other = await makePair(env);
        other.peer.close();
        await env.drive(() => other.protocol.lost);
        assertReason(other.protocol.reason, ConnectionDone);
      }
    },
  }),
];
