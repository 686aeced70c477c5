import assert from 'node:assert/strict';
import { ConnectionAborted, ConnectionDone, ConnectionLost } from '../../errors/index.js';
import type { ITCPTransport } from '../../interfaces/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeServerPair, onAnyTransport, onBothSides } from './pairs.js';
import { pattern } from './pattern.js';

type Told = 'pause' | 'resume' | 'stop';

/** A producer of either kind that keeps what it is told and does what a case says. */
class RecordingProducer {
  readonly told: Told[] = [];
  onPause: () => void = () => undefined;
  onResume: () => void = () => undefined;
  onStop: () => void = () => undefined;

  pauseProducing(): void {
    this.told.push('pause');
    this.onPause();
  }

  resumeProducing(): void {
    this.told.push('resume');
    this.onResume();
  }

  stopProducing(): void {
    this.told.push('stop');
    this.onStop();
  }
}

function registered(transport: ITCPTransport, kind: 'push' | 'pull'): RecordingProducer {
  const producer = new RecordingProducer();
  if (kind === 'push') transport.registerProducer(producer, true);
  else transport.registerProducer(producer, false);
  return producer;
}

/** Producers of both kinds, and how a connection with one ends. */
export const producerCases: readonly ConformanceCase[] = [
  ...onAnyTransport({
    name: 'a push producer is paused inside the write that fills the queue, and resumed when all is sent',
    cites: ['WriteSequenceTestsMixin.test_streamingProducer'],
    async run({ drive }, { peer, transport }) {
      transport.writeBufferSize = 500;
      const producer = registered(transport, 'push');
      producer.onResume = () => transport.unregisterProducer();
      transport.writeSequence(Array.from({ length: 20 }, () => pattern(50)));
      assert.deepEqual(producer.told, ['pause']);
      await drive(() => producer.told.includes('resume') && peer.bytesReceived === 1000);
      transport.loseConnection();
      await drive(() => peer.sawEnd);
      assert.deepEqual(producer.told, ['pause', 'resume']);
    },
  }),
  ...onAnyTransport({
    name: 'a pull producer is asked once when it is registered, never paused, and asked again when all is sent',
    cites: ['WriteSequenceTestsMixin.test_nonStreamingProducer'],
    async run({ drive }, { peer, transport }) {
      transport.writeBufferSize = 500;
      const producer = registered(transport, 'pull');
      assert.deepEqual(producer.told, ['resume']);
      producer.onResume = () => transport.stopConsuming();
      transport.writeSequence(Array.from({ length: 20 }, () => pattern(50)));
      assert.deepEqual(producer.told, ['resume']);
      await drive(() => peer.sawEnd);
      assert.deepEqual(producer.told, ['resume', 'resume']);
      assert.equal(peer.bytesReceived, 1000);
    },
  }),
  ...onAnyTransport({
    name: 'a pull producer makes a long stream, piece by piece, and then closes',
    async run({ drive }, { peer, protocol, transport }) {
      const stream = pattern(1_000_000);
      let at = 0;
      const producer = new RecordingProducer();
      producer.onResume = () => {
        transport.write(stream.subarray(at, (at += 10_000)));
        if (at < stream.length) return;
        transport.unregisterProducer();
        transport.loseConnection();
      };
      transport.registerProducer(producer, false);
      await drive(() => peer.sawClose && protocol.lost);
      assert.ok(peer.received.equals(stream));
      assert.equal(producer.told.length, 100);
    },
  }),
  ...onAnyTransport({
    name: 'a push producer that fills the queue inside `resumeProducing` is paused again each time',
    async run({ drive }, { transport }) {
      transport.writeBufferSize = 100;
      const producer = registered(transport, 'push');
      producer.onResume = () => void transport.write(pattern(200));
      transport.write(pattern(200));
      await drive(() => producer.told.length >= 7);
      assert.deepEqual(producer.told.slice(0, 7), [
        'pause',
        'resume',
        'pause',
        'resume',
        'pause',
        'resume',
        'pause',
      ]);
    },
  }),
  ...onAnyTransport({
    name: 'a producer that hands over to another inside `pauseProducing`: the other one doesn’t count as paused',
    async run({ drive }, { peer, transport }) {
      transport.writeBufferSize = 100;
      const first = registered(transport, 'push');
      const second = new RecordingProducer();
      first.onPause = () => {
        transport.unregisterProducer();
        transport.registerProducer(second, true);
      };
      transport.write(pattern(200));
      await drive(() => peer.bytesReceived === 200);
      await drive.turns(2);
      assert.deepEqual([first.told, second.told], [['pause'], []]);
      transport.write(pattern(200));
      await drive(() => peer.bytesReceived === 400 && second.told.length === 2);
      assert.deepEqual(second.told, ['pause', 'resume']);
    },
  }),
  ...onAnyTransport({
    name: 'a second producer is refused, and the first one stays',
    run({ drive }, { transport }) {
      const first = registered(transport, 'push');
      assert.throws(() => registered(transport, 'pull'), /registered already/);
      transport.writeBufferSize = 10;
      transport.write(pattern(11));
      assert.deepEqual(first.told, ['pause']);
      transport.unregisterProducer();
      transport.unregisterProducer();
      registered(transport, 'push');
      return drive.turns(1);
    },
  }),
  ...onAnyTransport({
    name: 'a producer registered with a dead transport is told to stop, and nothing else',
    async run({ drive }, { protocol, transport }) {
      transport.loseConnection();
      await drive(() => protocol.lost);
      for (const kind of ['push', 'pull'] as const) {
        assert.deepEqual(registered(transport, kind).told, ['stop']);
      }
    },
  }),
  ...(['push', 'pull'] as const).flatMap((kind) => [
    ...onAnyTransport({
      name: `\`loseConnection()\` waits for a ${kind} producer to unregister, and then closes`,
      cites: ['StreamClientTestsMixin.test_disconnectWhileProducing', 'C3'],
      async run({ drive }, { peer, protocol, transport }) {
        registered(transport, kind);
        transport.loseConnection();
        await drive.turns(10);
        assert.equal(protocol.lost, false);
        assert.equal(peer.sawClose, false);
        transport.write(Buffer.from('the rest'));
        transport.unregisterProducer();
        await drive(() => protocol.lost && peer.sawClose);
        assert.equal(peer.received.toString(), 'the rest');
        assertReason(protocol.reason, ConnectionDone);
      },
    }),
    ...onAnyTransport({
      name: `\`loseConnection()\` with nothing queued closes when a ${kind} producer unregisters later`,
      cites: ['StreamClientTestsMixin.test_disconnectWhileProducing', 'C3'],
      async run({ drive }, { protocol, transport }) {
        registered(transport, kind);
        transport.loseConnection();
        await drive.turns(5);
        transport.unregisterProducer();
        await drive(() => protocol.lost);
        assertReason(protocol.reason, ConnectionDone);
      },
    }),
    ...onBothSides({
      name: `a ${kind} producer is told to stop before \`connectionLost\` when the peer goes`,
      cites: ['StreamClientTestsMixin.test_unregisterProducerAfterDisconnect'],
      async run({ drive, reactor }, { peer, protocol, transport }) {
        const order: string[] = [];
        const producer = registered(transport, kind);
        producer.onStop = () => order.push('stop');
        protocol.hooks.lost = () => {
          order.push('lost');
          transport.unregisterProducer();
        };
        peer.close();
        await drive(() => protocol.lost);
        await drive.turns(2);
        assert.deepEqual(order, ['stop', 'lost']);
        assert.deepEqual(reactor.getWriters(), []);
        assert.equal(producer.told.filter((told) => told === 'stop').length, 1);
      },
    }),
  ]),
  ...onAnyTransport({
    name: 'a close that waits for its producer is ended by the peer’s reset, though nothing is written',
    cites: ['C3', 'C4'],
    async run({ drive }, { peer, protocol, transport }) {
      const producer = registered(transport, 'push');
      transport.loseConnection();
      await drive.turns(2);
      peer.reset();
      await drive(() => protocol.lost);
      assert.deepEqual(producer.told, ['stop']);
      assertReason(protocol.reason, ConnectionLost);
    },
  }),
  {
    name: 'unregistering in `connectionLost`, after the peer has closed, adds no dead writer',
    cites: ['StreamClientTestsMixin.test_unregisterProducerAfterDisconnect'],
    async run(env) {
      const { peer, protocol, transport } = await makeServerPair(env);
      const producer = registered(transport, 'push');
      protocol.hooks.lost = () => transport.unregisterProducer();
      transport.loseConnection();
      peer.reset();
      transport.write(pattern(10));
      await env.drive(() => protocol.lost);
      await env.drive.turns(2);
      assert.deepEqual(env.reactor.getWriters(), []);
      assert.deepEqual(env.reactor.getReaders().length, 1);
      assert.deepEqual(producer.told, ['stop']);
    },
  },
  ...onAnyTransport({
    name: 'a reset ends a connection whose push producer is paused',
    pair: { peer: { receiveBufferBytes: 4096 } },
    async run({ drive }, { peer, protocol, transport }) {
      const producer = registered(transport, 'push');
      peer.stopReading();
      transport.write(pattern(8_000_000));
      await drive.turns(3);
      assert.deepEqual(producer.told, ['pause']);
      peer.reset();
      await drive(() => protocol.lost);
      assert.deepEqual(producer.told, ['pause', 'stop']);
      assertReason(protocol.reason, ConnectionLost);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()` inside `resumeProducing`, before any byte: stopped first, then lost, in a later turn',
    cites: ['AbortConnectionMixin.test_resumeProducingAbort'],
    async run({ drive }, { peer, protocol, transport }) {
      const order: string[] = [];
      const producer = new RecordingProducer();
      producer.onResume = () => {
        transport.abortConnection();
        order.push('aborted');
      };
      producer.onStop = () => order.push('stop');
      protocol.hooks.lost = () => void order.push('lost');
      transport.registerProducer(producer, false);
      assert.equal(protocol.lost, false);
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(order, ['aborted', 'stop', 'lost']);
      assertReason(protocol.reason, ConnectionAborted);
      assert.ok(peer.sawReset);
    },
  }),
  ...onAnyTransport({
    name: '`abortConnection()` inside `resumeProducing`, after some bytes, ends the same way',
    cites: ['AbortConnectionMixin.test_resumeProducingAbortLater'],
    async run({ drive }, { peer, protocol, transport }) {
      const producer = new RecordingProducer();
      producer.onResume = () => {
        if (producer.told.length < 3) transport.write(pattern(10));
        else transport.abortConnection();
      };
      transport.registerProducer(producer, false);
      await drive(() => protocol.lost && peer.sawClose);
      assert.deepEqual(producer.told, ['resume', 'resume', 'resume', 'stop']);
      assert.deepEqual(protocol.reentered, []);
      assertReason(protocol.reason, ConnectionAborted);
    },
  }),
  ...onAnyTransport({
    name: 'a `resumeProducing` that aborts and then throws: logged once, lost once, with what was thrown',
    cites: ['AbortConnectionMixin.test_resumeProducingThrows'],
    async run({ drive, log }, { protocol, transport }) {
      const oops = new Error('thrown by resumeProducing');
      const producer = registered(transport, 'push');
      producer.onResume = () => {
        transport.abortConnection();
        throw oops;
      };
      transport.writeBufferSize = 10;
      transport.write(pattern(11));
      await drive(() => protocol.lost);
      await drive.turns(3);
      assert.equal(protocol.reason?.value, oops);
      assert.deepEqual(protocol.events, ['made', 'lost']);
      assert.equal(log.flushErrors((record) => record.properties['error'] === oops).length, 1);
    },
  }),
];
