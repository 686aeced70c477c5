import assert from 'node:assert/strict';
import { ConnectionLost, ReactorClosedError } from '../../errors/index.js';
import { ClientFactory } from '../../protocols/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeDescriptorPair } from './reactor-descriptor.js';
import { RecordingFactory } from './recording-factory.js';

/** `close()`, from wherever it is called. */
export const closeCases: readonly ConformanceCase[] = [
  {
    name: '`close()` disconnects everything, cancels the timers and ends `run()`; a second one does nothing',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const { descriptor: watcher } = makeDescriptorPair(env);
      const events: string[] = [];
      const call = reactor.callLater(0, () => events.push('timer'));
      reactor.callFromThread(() => events.push('call'));
      reactor.addSystemEventTrigger('before', 'shutdown', () => events.push('shutdown'));
      reactor.addReader(descriptor);
      reactor.addWriter(descriptor);
      reactor.addHangUpWatch(watcher);
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.close();
      reactor.close();
      await drive.result(ended);
      await drive.turns(3);
      assert.deepEqual([events, reactor.running, call.active()], [[], false, false]);
      for (const lost of [descriptor, watcher]) {
        assert.deepEqual(lost.events, ['lost']);
        assertReason(lost.reason, ConnectionLost);
      }
    },
  },
  {
    name: 'a closed reactor takes no more orders, while taking back and looking find nothing',
    run(env) {
      const { reactor } = env;
      const { descriptor } = makeDescriptorPair(env);
      const trigger = reactor.addSystemEventTrigger('before', 'shutdown', () => undefined);
      const nothing = (): void => undefined;
      reactor.close();
      const orders: Record<string, () => unknown> = {
        run: () => void reactor.run(),
        stop: () => reactor.stop(),
        crash: () => reactor.crash(),
        iterate: () => reactor.iterate(),
        fireSystemEvent: () => reactor.fireSystemEvent('startup'),
        addSystemEventTrigger: () => reactor.addSystemEventTrigger('before', 'startup', nothing),
        removeSystemEventTrigger: () => reactor.removeSystemEventTrigger(trigger),
        callWhenRunning: () => reactor.callWhenRunning(nothing),
        callFromThread: () => reactor.callFromThread(nothing),
        callLater: () => reactor.callLater(0, nothing),
        resolve: () => reactor.resolve('localhost'),
        addReader: () => reactor.addReader(descriptor),
        addWriter: () => reactor.addWriter(descriptor),
        addHangUpWatch: () => reactor.addHangUpWatch(descriptor),
        listenTCP: () => reactor.listenTCP(0, new RecordingFactory()),
        connectTCP: () => reactor.connectTCP('127.0.0.1', 1, new ClientFactory()),
        adoptStreamPort: () => reactor.adoptStreamPort(0, 2, new RecordingFactory()),
        adoptStreamConnection: () => reactor.adoptStreamConnection(0, 2, new RecordingFactory()),
      };
      for (const [name, order] of Object.entries(orders)) assert.throws(order, ReactorClosedError, name);
      reactor.removeReader(descriptor);
      reactor.removeWriter(descriptor);
      reactor.forget(descriptor, { shared: true });
      reactor.keepAlive(descriptor, true);
      assert.deepEqual([reactor.removeAll(), reactor.getReaders(), reactor.getWriters()], [[], [], []]);
      assert.deepEqual(reactor.getDelayedCalls(), []);
      assert.equal(reactor.running, false);
      assert.ok(reactor.seconds() >= 0);
      assert.deepEqual(descriptor.events, []);
    },
  },
  {
    name: 'closed by a call of `callFromThread`: the calls behind it, timers and descriptors are not called any more',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const events: string[] = [];
      reactor.addWriter(descriptor);
      reactor.callLater(0, () => events.push('timer'));
      reactor.callFromThread(() => reactor.close());
      reactor.callFromThread(() => events.push('call'));
      await drive(() => descriptor.events.length > 0);
      await drive.turns(3);
      assert.deepEqual([events, descriptor.events], [[], ['lost']]);
    },
  },
  {
    name: 'closed by a timer: the timers behind it and the descriptors are not called any more',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const events: string[] = [];
      reactor.callLater(0, () => {
        reactor.addWriter(descriptor);
        reactor.close();
      });
      reactor.callLater(0, () => events.push('timer'));
      await drive(() => descriptor.events.length > 0);
      await drive.turns(3);
      assert.deepEqual([events, descriptor.events], [[], ['lost']]);
    },
  },
  {
    name: 'closed by a descriptor: nobody else of the same turn is called, and nothing is left open',
    async run(env) {
      const { reactor, drive } = env;
      const pairs = [1, 2, 3].map(() => makeDescriptorPair(env));
      for (const { descriptor } of pairs) {
        descriptor.onWrite = () => reactor.close();
        reactor.addWriter(descriptor);
      }
      // The waker is ready, too, and must not read from a number that was closed.
      reactor.callFromThread(() => undefined);
      await drive(() => pairs.some(({ descriptor }) => descriptor.events.length > 0));
      await drive.turns(3);
      const events = pairs.flatMap(({ descriptor }) => descriptor.events).sort();
      assert.deepEqual(events, ['lost', 'lost', 'lost', 'write']);
    },
  },
  {
    name: 'closed in the `connectionLost` of its own shutdown',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const { descriptor: other } = makeDescriptorPair(env);
      descriptor.onLost = () => reactor.close();
      reactor.addReader(descriptor);
      reactor.addReader(other);
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.stop();
      await drive.result(ended);
      await drive.turns(3);
      assert.deepEqual([descriptor.events, other.events], [['lost'], ['lost']]);
    },
  },
  {
    name: 'what is watched anew by those who are told of the close is lost as well',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const { descriptor: newcomer } = makeDescriptorPair(env);
      const factory = new RecordingFactory();
      descriptor.onLost = () => {
        reactor.addReader(newcomer);
        reactor.connectTCP('127.0.0.1', 1, factory);
      };
      reactor.addReader(descriptor);
      reactor.close();
      await drive.turns(3);
      assert.deepEqual(newcomer.events, ['lost']);
      assert.deepEqual(factory.events, ['start', 'connecting', 'failed', 'stop']);
    },
  },
];
