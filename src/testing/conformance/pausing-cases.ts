import assert from 'node:assert/strict';
import { ConnectionDone, ConnectionLost } from '../../errors/index.js';
import type { ITCPTransport } from '../../interfaces/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import type { ConformanceReactor } from './environment.js';
import { makeServerPair, onAnyTransport, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

/** Rounds in which a paused connection must stay as it is. */
const QUIET_ROUNDS = 50;

function isRead(reactor: ConformanceReactor, transport: ITCPTransport): boolean {
  const fd = transport.fileno();
  return reactor.getReaders().some((reader) => reader.fileno() === fd);
}

/** A transport as the producer of what comes: pauseProducing() and resumeProducing(). */
export const pausingCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'pausing and resuming back to back leaves reading on: all bytes come, in order',
    cites: ['TCPConnectionTestsBuilder.test_stopStartReading'],
    async run({ drive }, { peer, protocol, transport }) {
      for (let i = 0; i < 4; i += 1) {
        transport.pauseProducing();
        transport.resumeProducing();
        await drive.turns(1);
      }
      peer.send(Buffer.alloc(8192, 'x'));
      peer.send(Buffer.alloc(8192, 'y'));
      await drive(() => protocol.received.length === 16_384);
      assert.equal(protocol.received.toString(), 'x'.repeat(8192) + 'y'.repeat(8192));
    },
  }),
  ...onBothSides({
    name: '`pauseProducing()` takes the transport out of the readers, `resumeProducing()` puts it back',
    cites: ['TCPConnectionTestsBuilder.test_resumeProducing'],
    run({ reactor }, { transport }) {
      assert.ok(isRead(reactor, transport));
      transport.pauseProducing();
      assert.ok(!isRead(reactor, transport));
      transport.resumeProducing();
      assert.ok(isRead(reactor, transport));
    },
  }),
  ...onAnyTransport({
    name: '`stopProducing()` does what `loseConnection()` does',
    cites: ['FileDescriptorTests.test_implementInterfaceIPushProducer'],
    async run({ drive }, { peer, protocol, transport }) {
      transport.write(Buffer.from('the last'));
      transport.stopProducing();
      await drive(() => protocol.lost && peer.sawEnd);
      assert.equal(peer.received.toString(), 'the last');
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'while paused nothing is delivered, after resuming everything is',
    async run({ drive }, { peer, protocol, transport }) {
      transport.pauseProducing();
      peer.send('for later');
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(protocol.events, ['made']);
      transport.resumeProducing();
      await drive(() => protocol.received.toString() === 'for later');
    },
  }),
  ...onBothSides({
    name: '`pauseProducing()` in `connectionMade` counts',
    pair: { hooks: { made: ({ transport }) => transport.pauseProducing() } },
    async run({ drive, reactor }, { peer, protocol, transport }) {
      assert.ok(!isRead(reactor, transport));
      peer.send('for later');
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(protocol.events, ['made']);
      transport.resumeProducing();
      await drive(() => protocol.received.toString() === 'for later');
    },
  }),
  ...onAnyTransport({
    name: '`pauseProducing()` inside `dataReceived` stops delivery at once, and `resumeProducing()` later goes on',
    async run({ drive }, { peer, protocol, transport }) {
      protocol.hooks.data = () => transport.pauseProducing();
      peer.send(pattern(1_000_000));
      await drive(() => protocol.events.includes('data'));
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(protocol.events, ['made', 'data']);
      protocol.hooks.data = () => undefined;
      transport.resumeProducing();
      await drive(() => protocol.received.length === 1_000_000);
      assert.ok(protocol.received.equals(pattern(1_000_000)));
    },
  }),
  ...onAnyTransport({
    name: 'data, a pause, the peer’s end: the end is told after resuming, and not before',
    cites: ['TCPConnectionTestsBuilder.test_connectionLostAfterPausedTransport', 'C4'],
    async run({ drive }, { peer, protocol, transport }) {
      protocol.hooks.data = () => transport.pauseProducing();
      peer.send('before the end');
      await drive(() => protocol.events.includes('data'));
      peer.close();
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(protocol.events, ['made', 'data']);
      transport.resumeProducing();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'the peer’s end while paused is an event at once, told once; bytes and the loss come on resuming',
    cites: ['C4'],
    async run({ drive }, { peer, protocol, transport }) {
      const told: string[] = [];
      transport.events.on('hangUp', (how) => told.push(how));
      transport.pauseProducing();
      peer.send('unread');
      peer.shutdownWrite();
      await drive(() => told.length > 0);
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(told, ['ended']);
      assert.deepEqual(protocol.events, ['made']);
      transport.resumeProducing();
      await drive(() => protocol.lost);
      assert.deepEqual(protocol.events, ['made', 'data', 'lost']);
      assert.equal(protocol.received.toString(), 'unread');
      assertReason(protocol.reason, ConnectionDone);
    },
  }),
  ...onAnyTransport({
    name: 'a reset while paused is an event at once, and stops the producer; the loss comes on resuming',
    cites: ['C4'],
    async run({ drive }, { peer, protocol, transport }) {
      const told: string[] = [];
      transport.events.on('hangUp', (how) => told.push(how));
      const tell = (what: string) => () => void told.push(what);
      transport.registerProducer(
        { pauseProducing: tell('pause'), resumeProducing: tell('resume'), stopProducing: tell('stop') },
        true,
      );
      transport.pauseProducing();
      peer.reset();
      await drive(() => told.length >= 2);
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(told, ['reset', 'stop']);
      assert.deepEqual(protocol.events, ['made']);
      transport.resumeProducing();
      await drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionLost);
      assert.deepEqual(told, ['reset', 'stop']);
    },
  }),
  ...onAnyTransport({
    name: 'the peer’s end and then its reset, both while paused, are an event each',
    cites: ['C4'],
    async run({ drive }, { peer, protocol, transport }) {
      const told: string[] = [];
      transport.events.on('hangUp', (how) => told.push(how));
      transport.pauseProducing();
      peer.shutdownWrite();
      await drive(() => told.length === 1);
      peer.reset();
      await drive(() => told.length === 2);
      await drive.turns(QUIET_ROUNDS);
      assert.deepEqual(told, ['ended', 'reset']);
      transport.resumeProducing();
      await drive(() => protocol.lost);
    },
  }),
  ...onAnyTransport({
    name: 'a connection that is paused for reading learns of its loss by writing',
    cites: ['WriteDataTests.test_writeAfterShutdownWithoutReading'],
    async run({ drive }, { peer, protocol, transport }) {
      transport.pauseProducing();
      const producer = {
        resumeProducing: () => void transport.write(pattern(10_000)),
        stopProducing: () => undefined,
      };
      peer.close();
      transport.registerProducer(producer, false);
      await drive(() => protocol.lost);
      assertReason(protocol.reason, ConnectionLost);
      assert.deepEqual(protocol.events, ['made', 'lost']);
    },
  }),
  hangUpWithoutSpinning('ended'),
  hangUpWithoutSpinning('reset'),
];

function hangUpWithoutSpinning(how: 'ended' | 'reset'): ConformanceCase {
  return {
    name: `a paused connection whose peer has ${how === 'ended' ? 'ended' : 'reset'} it costs no turns`,
    cites: ['C4'],
    needs: ['faults'],
    async run(env) {
      const { peer, transport } = await makeServerPair(env);
      const told: string[] = [];
      transport.events.on('hangUp', (kind) => told.push(kind));
      transport.pauseProducing();
      if (how === 'ended') peer.close();
      else peer.reset();
      await env.drive(() => told.length > 0);
      await env.drive.turns(5);
      const before = env.faults.count('epoll_wait');
      await env.drive.turns(QUIET_ROUNDS);
      assert.equal(env.faults.count('epoll_wait'), before);
    },
  };
}
