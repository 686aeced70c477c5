import assert from 'node:assert/strict';
import { ConnectionDone, ConnectionLost } from '../../errors/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { onAnyTransport, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

const halfClose = { halfClose: true } as const;

/** Each direction ends apart, for protocols that want to know; for the others one end is the end. */
export const halfCloseCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: '`loseWriteConnection()` sends what is queued, then the end; only `writeConnectionLost` is told',
    cites: ['HalfCloseTests.testCloseWriteCloser', 'HalfCloseTests.testWriteCloseNotification'],
    pair: halfClose,
    async run({ drive }, { peer, protocol, transport }) {
      const much = pattern(3_000_000);
      transport.write(much);
      transport.loseWriteConnection();
      assert.equal(protocol.writeLost, false);
      await drive(() => peer.sawEnd && protocol.writeLost);
      assert.ok(peer.received.equals(much));
      assert.deepEqual(protocol.events, ['made', 'writeLost']);
      assert.equal(transport.connected, true);
    },
  }),
  ...onAnyTransport({
    name: 'after `writeConnectionLost` writes are dropped, and reading goes on',
    cites: ['HalfCloseTests.testCloseWriteCloser'],
    pair: halfClose,
    async run({ drive }, { peer, protocol, transport }) {
      transport.loseWriteConnection();
      transport.loseWriteConnection();
      await drive(() => protocol.writeLost);
      transport.write(Buffer.from('dropped'));
      transport.writeSequence([Buffer.from('dropped')]);
      assert.equal(transport.bytesQueued, 0);
      peer.send('still heard');
      await drive(() => protocol.received.toString() === 'still heard');
      assert.equal(peer.bytesReceived, 0);
      assert.deepEqual(protocol.events, ['made', 'writeLost', 'data']);
    },
  }),
  ...onBothSides({
    name: 'the peer’s end is `readConnectionLost`, and writing goes on',
    cites: ['HalfCloseTests.testWriteCloseNotification'],
    pair: halfClose,
    async run({ drive, reactor }, { peer, protocol, transport }) {
      peer.send('last words');
      peer.shutdownWrite();
      await drive(() => protocol.readLost);
      await drive.turns(3);
      assert.equal(protocol.received.toString(), 'last words');
      transport.write(Buffer.from('an answer'));
      await drive(() => peer.received.toString() === 'an answer');
      assert.deepEqual(protocol.events, ['made', 'data', 'readLost']);
      assert.ok(!reactor.getReaders().some((reader) => reader.fileno() === transport.fileno()));
    },
  }),
  ...onAnyTransport({
    name: 'when both directions have ended, in either order, the connection is lost',
    pair: halfClose,
    async run({ drive }, { peer, protocol, transport }) {
      peer.shutdownWrite();
      await drive(() => protocol.readLost);
      transport.write(Buffer.from('bye'));
      transport.loseWriteConnection();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.equal(peer.received.toString(), 'bye');
      assert.deepEqual(protocol.events, ['made', 'readLost', 'writeLost', 'lost']);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'our end first, then the peer’s: the connection is lost',
    pair: halfClose,
    async run({ drive }, { peer, protocol, transport }) {
      transport.loseWriteConnection();
      await drive(() => peer.sawEnd);
      peer.send('bye');
      peer.shutdownWrite();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'writeLost', 'data', 'readLost', 'lost']);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'after the peer’s end its reset is noticed though nobody reads or writes',
    cites: ['C4'],
    pair: halfClose,
    async run({ drive }, { peer, protocol }) {
      peer.shutdownWrite();
      await drive(() => protocol.readLost);
      peer.reset();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'readLost', 'lost']);
      assertReason(protocol.reason, ConnectionLost);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` inside `writeConnectionLost` ends the connection',
    pair: { halfClose: true, hooks: { writeLost: ({ transport }) => transport.loseConnection() } },
    async run({ drive }, { peer, protocol, transport }) {
      transport.loseWriteConnection();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.deepEqual(protocol.events, ['made', 'writeLost', 'lost']);
      assert.deepEqual(protocol.reentered, []);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` inside `readConnectionLost` ends the connection',
    pair: { halfClose: true, hooks: { readLost: ({ transport }) => transport.loseConnection() } },
    async run({ drive }, { peer, protocol }) {
      peer.shutdownWrite();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.deepEqual(protocol.events, ['made', 'readLost', 'lost']);
      assert.deepEqual(protocol.reentered, []);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: '`loseConnection()` after `writeConnectionLost` ends the connection',
    pair: halfClose,
    async run({ drive }, { protocol, transport }) {
      transport.loseWriteConnection();
      await drive(() => protocol.writeLost);
      transport.loseConnection();
      await drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'for a protocol without half-close the peer’s end is the end of all',
    async run({ drive }, { peer, protocol, transport }) {
      peer.send('last words');
      peer.shutdownWrite();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(transport.connected, false);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'for a protocol without half-close `loseWriteConnection()` ends our direction only',
    async run({ drive }, { peer, protocol, transport }) {
      transport.write(Buffer.from('question'));
      transport.loseWriteConnection();
      await drive(() => peer.sawEnd);
      peer.send('answer');
      await drive(() => protocol.received.toString() === 'answer');
      assert.equal(protocol.lost, false);
      peer.shutdownWrite();
      await drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: '`loseWriteConnection()` after the peer has gone is silent, and the connection is lost',
    cites: ['HalfCloseNoNotificationAndShutdownExceptionTests.testShutdownException'],
    async run({ drive }, { peer, protocol, transport }) {
      peer.reset();
      transport.loseWriteConnection();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  }),
  ...(['readLost', 'writeLost'] as const).flatMap((event) =>
    onBothSides({
      name: `a throw in ${event === 'readLost' ? 'readConnectionLost' : 'writeConnectionLost'} is logged once, and the connection is lost with it`,
      cites: ['HalfCloseBuggyApplicationTests.test_readNotificationRaises'],
      pair: halfClose,
      async run({ drive, log }, { peer, protocol, transport }) {
        const oops = new Error(`thrown by ${event}`);
        protocol.hooks[event] = () => {
          throw oops;
        };
        if (event === 'readLost') peer.shutdownWrite();
        else transport.loseWriteConnection();
        await drive(() => protocol.lost && peer.sawClose);
        await drive.turns(3);
        assert.equal(protocol.reason?.value, oops);
        assert.deepEqual(protocol.events, ['made', event, 'lost']);
        assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
      },
    }),
  ),
  ...onAnyTransport({
    name: 'a half-close waits for a producer that is registered',
    pair: halfClose,
    async run({ drive }, { peer, protocol, transport }) {
      const producer = {
        pauseProducing: () => undefined,
        resumeProducing: () => undefined,
        stopProducing: () => undefined,
      };
      transport.registerProducer(producer, true);
      transport.loseWriteConnection();
      await drive.turns(5);
      assert.equal(protocol.writeLost, false);
      transport.write(Buffer.from('produced'));
      transport.unregisterProducer();
      await drive(() => peer.sawEnd && protocol.writeLost);
      assert.equal(peer.received.toString(), 'produced');
    },
  }),
];
