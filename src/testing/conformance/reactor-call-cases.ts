import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.js';
import { makeServerPair } from './pairs.js';
import { makeDescriptorPair } from './reactor-descriptor.js';

/** Timers, calls from threads, and `iterate()`. */
export const callCases: readonly ConformanceCase[] = [
  {
    name: '`callLater(0)` calls with its arguments in a later turn, not inside the call',
    cites: ['TimeTests.test_callLater', 'DelayedTests.testGetDelayedCalls'],
    async run({ reactor, drive }) {
      const calls: unknown[][] = [];
      const call = reactor.callLater(0, (...args: unknown[]) => calls.push(args), 'a', 2);
      const distant = reactor.callLater(1000, () => undefined);
      assert.deepEqual([calls, new Set(reactor.getDelayedCalls())], [[], new Set([call, distant])]);
      await drive(() => calls.length > 0);
      assert.deepEqual(calls, [['a', 2]]);
      assert.deepEqual([call.active(), reactor.getDelayedCalls()], [false, [distant]]);
      distant.cancel();
      assert.deepEqual(reactor.getDelayedCalls(), []);
    },
  },
  {
    name: 'timers are called in the order of their times, and of calling where these are equal; never early',
    async run({ reactor, drive }) {
      const made: number[] = [];
      const early: number[] = [];
      // Due times as they came out: a slow machine may take its time between two calls of callLater.
      const due = [0.004, 0, 0, 0.002].map((delay, index) => {
        const call = reactor.callLater(delay, () => {
          made.push(index);
          if (reactor.seconds() < call.getTime()) early.push(index);
        });
        return { index, time: call.getTime() };
      });
      const expected = [...due].sort((one, other) => one.time - other.time || one.index - other.index);
      await drive(() => made.length === due.length);
      assert.deepEqual(
        made,
        expected.map(({ index }) => index),
      );
      assert.deepEqual(early, []);
    },
  },
  {
    name: 'a call in the most distant future disturbs nobody, and stays',
    cites: ['TimeTestsBuilder.test_distantDelayedCall'],
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor, peer } = makeDescriptorPair(env);
      const distant = reactor.callLater(2 ** 128 + 1, () => undefined);
      const never = reactor.callLater(Infinity, () => undefined);
      descriptor.onRead = () => reactor.removeReader(descriptor);
      reactor.addReader(descriptor);
      await drive.turns(3);
      peer.send('x');
      await drive(() => descriptor.count('read') === 1);
      assert.deepEqual([distant.active(), never.active()], [true, true]);
      assert.deepEqual(new Set(reactor.getDelayedCalls()), new Set([distant, never]));
      distant.cancel();
      never.cancel();
    },
  },
  {
    name: 'an exception in a timer, or the rejection of its promise, is logged once, and the turn goes on',
    async run({ reactor, drive, log }) {
      const thrown = new Error('thrown by a timer');
      let called = false;
      reactor.callLater(0, () => {
        throw thrown;
      });
      reactor.callLater(0, () => Promise.reject(thrown));
      reactor.callLater(0, () => (called = true));
      await drive(() => called && log.errors.length === 2);
      assert.equal(log.flushErrors((record) => record.properties['error'] === thrown).length, 2);
    },
  },
  {
    name: 'a hundred calls of `callFromThread` are all made, in the order of calling',
    cites: ['CallFromThreadTests.test_lotsOfThreadsAreScheduledCorrectly'],
    async run({ reactor, drive }) {
      const calls: number[] = [];
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      for (const n of numbers) reactor.callFromThread((each) => calls.push(each), n);
      assert.deepEqual(calls, []);
      await drive(() => calls.length === 100);
      assert.deepEqual(calls, numbers);
    },
  },
  {
    name: 'an exception in a call of `callFromThread`, or a rejection, is logged once, and the others are made',
    async run({ reactor, drive, log }) {
      const thrown = new Error('thrown by callFromThread');
      let called = false;
      reactor.callFromThread(() => {
        throw thrown;
      });
      reactor.callFromThread(() => Promise.reject(thrown));
      reactor.callFromThread(() => (called = true));
      await drive(() => called && log.errors.length === 2);
      assert.equal(log.flushErrors((record) => record.properties['error'] === thrown).length, 2);
      assert.throws(() => reactor.callFromThread('f' as unknown as () => void), TypeError);
    },
  },
  {
    name: 'calls of `callFromThread` that make the next one do not starve timers and descriptors',
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      let calls = 0;
      let timed = false;
      const again = (): void => {
        calls += 1;
        if (!timed || descriptor.count('write') === 0) reactor.callFromThread(again);
      };
      reactor.addWriter(descriptor);
      reactor.callLater(0, () => (timed = true));
      again();
      await drive(() => timed && descriptor.count('write') > 0);
      assert.ok(calls > 0);
      reactor.removeWriter(descriptor);
    },
  },
  {
    name: '`iterate(0)` takes a turn now and does not wait for a distant timer',
    cites: ['SystemEventTestsBuilder.test_iterate'],
    run(env) {
      const { reactor } = env;
      const { descriptor } = makeDescriptorPair(env);
      const distant = reactor.callLater(5, () => undefined);
      let called = false;
      reactor.callFromThread(() => (called = true));
      reactor.addWriter(descriptor);
      const before = reactor.seconds();
      reactor.iterate(0);
      reactor.iterate();
      assert.ok(reactor.seconds() - before < 5);
      assert.deepEqual([called, descriptor.events], [true, ['write', 'write']]);
      assert.ok(distant.active());
      distant.cancel();
    },
  },
  {
    name: '`iterate()` inside a turn throws: it is not re-entrant',
    run({ reactor }) {
      let thrown: unknown;
      reactor.callFromThread(() => {
        try {
          reactor.iterate();
        } catch (error) {
          thrown = error;
        }
      });
      reactor.iterate();
      assert.match(String(thrown), /not re-entrant/);
      assert.throws(() => reactor.iterate(-1), RangeError);
      assert.throws(() => reactor.iterate(NaN), RangeError);
    },
  },
  {
    name: '`iterate()` does not wait after a call that stops the reactor, or that promises another call',
    async run({ reactor, drive }) {
      const before = reactor.seconds();
      let called = false;
      reactor.callLater(0, () => reactor.callFromThread(() => (called = true)));
      reactor.iterate(100);
      reactor.iterate(100);
      assert.equal(called, true);
      const ended = reactor.run({ installSignalHandlers: false });
      reactor.callLater(0, () => reactor.stop());
      reactor.iterate(100);
      assert.equal(reactor.running, false);
      assert.ok(reactor.seconds() - before < 100);
      await drive.result(ended);
    },
  },
  {
    name: 'what is written outside a turn is sent before the host loop goes on, and costs no turn',
    needs: ['faults'],
    async run(env) {
      const { drive, faults } = env;
      const { peer, transport } = await makeServerPair(env);
      await drive.turns(3);
      const before = { sends: faults.count('send'), waits: faults.count('epoll_wait') };
      transport.write(Buffer.from('a'));
      transport.write(Buffer.from('b'));
      assert.equal(faults.count('send'), before.sends);
      await drive.turns(1);
      assert.equal(peer.received.toString(), 'ab');
      const after = { sends: faults.count('send'), waits: faults.count('epoll_wait') };
      assert.deepEqual(after, { sends: before.sends + 1, waits: before.waits });
    },
  },
];
