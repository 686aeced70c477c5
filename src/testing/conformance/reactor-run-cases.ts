import assert from 'node:assert/strict';
import { Deferred } from '../../defer/index.js';
import { ConnectionLost, ReactorAlreadyRunning, ReactorNotRunning } from '../../errors/index.js';
import type { EventPhase, RunOptions } from '../../interfaces/index.js';
import { assertReason } from './assert-reason.js';
import type { ConformanceCase } from './case.js';
import { makeDescriptorPair } from './reactor-descriptor.js';

/** The cases run inside somebody else's process, whose signals are none of theirs. */
const quietly: RunOptions = { installSignalHandlers: false };

const phases: readonly EventPhase[] = ['before', 'during', 'after'];

/** From `run()` to its end. */
export const runCases: readonly ConformanceCase[] = [
  {
    name: '`stop()` of a reactor that does not run throws ReactorNotRunning',
    cites: ['SystemEventTestsBuilder.test_stopWhenNotStarted'],
    run({ reactor }) {
      assert.equal(reactor.running, false);
      assert.throws(() => reactor.stop(), ReactorNotRunning);
    },
  },
  {
    name: '`stop()` again, while a stop is under way, throws ReactorNotRunning',
    async run({ reactor, drive }) {
      const ended = reactor.run(quietly);
      reactor.stop();
      assert.throws(() => reactor.stop(), ReactorNotRunning);
      await drive.result(ended);
      assert.throws(() => reactor.stop(), ReactorNotRunning);
    },
  },
  {
    name: '`run()` fires startup inside the call, and its promise is fulfilled after a `stop()`',
    async run({ reactor, drive }) {
      const ended = reactor.run(quietly);
      assert.equal(reactor.running, true);
      let over = false;
      void ended.then(() => (over = true));
      await drive.turns(5);
      assert.equal(over, false);
      reactor.stop();
      await drive.result(ended);
      assert.equal(reactor.running, false);
    },
  },
  {
    name: '`callWhenRunning()` calls after startup, in the order of calling, and at once while running',
    cites: ['SystemEventTestsBuilder.test_callWhenRunningOrder'],
    async run({ reactor, drive }) {
      const calls: string[] = [];
      const note = (text: string): void => void calls.push(`${text} ${String(reactor.running)}`);
      assert.notEqual(reactor.callWhenRunning(note, 'first'), undefined);
      reactor.callWhenRunning(note, 'second');
      assert.deepEqual(calls, []);
      const ended = reactor.run(quietly);
      assert.deepEqual(calls, ['first true', 'second true']);
      assert.equal(reactor.callWhenRunning(note, 'third'), undefined);
      assert.deepEqual(calls.slice(2), ['third true']);
      reactor.stop();
      await drive.result(ended);
    },
  },
  {
    name: 'a `callWhenRunning()` call that was taken back is not made',
    async run({ reactor, drive }) {
      const calls: string[] = [];
      const trigger = reactor.callWhenRunning(() => calls.push('taken back'));
      assert.ok(trigger !== undefined);
      reactor.callWhenRunning(() => calls.push('made'));
      reactor.removeSystemEventTrigger(trigger);
      const ended = reactor.run(quietly);
      assert.deepEqual(calls, ['made']);
      reactor.stop();
      await drive.result(ended);
    },
  },
  {
    name: 'an async `callWhenRunning()` call that rejects is logged, whether it was made at once or after startup',
    async run({ reactor, drive, log }) {
      const rejected = new Error('rejected');
      const reject = (): Promise<void> => Promise.reject(rejected);
      reactor.callWhenRunning(reject);
      const ended = reactor.run(quietly);
      reactor.callWhenRunning(reject);
      await drive(() => log.errors.length === 2);
      assert.equal(log.flushErrors((record) => record.properties['error'] === rejected).length, 2);
      reactor.stop();
      await drive.result(ended);
    },
  },
  {
    name: 'it is not running in `before` startup triggers, and is in all later ones',
    cites: ['SystemEventTestsBuilder.test_runningForStartupEvents'],
    async run({ reactor, drive }) {
      const running: Record<string, boolean> = {};
      // Backwards: the order of adding must not matter.
      for (const phase of [...phases].reverse()) {
        reactor.addSystemEventTrigger(phase, 'startup', () => (running[phase] = reactor.running));
      }
      const ended = reactor.run(quietly);
      assert.deepEqual(running, { before: false, during: true, after: true });
      reactor.stop();
      await drive.result(ended);
    },
  },
  {
    name: '`stop()` fires before, during and after shutdown, in this order, and then `run()` ends',
    cites: ['SystemEventTestsBuilder.test_stopShutDownEvents'],
    async run({ reactor, drive }) {
      const events: string[] = [];
      for (const phase of [...phases].reverse()) {
        reactor.addSystemEventTrigger(phase, 'shutdown', () =>
          events.push(`${phase} ${String(reactor.running)}`),
        );
      }
      const ended = reactor.run(quietly).then(() => events.push('ended'));
      reactor.stop();
      await drive.result(ended);
      assert.deepEqual(events, ['before true', 'during false', 'after false', 'ended']);
    },
  },
  {
    name: '`stop()` fires no shutdown trigger before its caller has returned',
    cites: ['SystemEventTestsBuilder.test_shutdownFiresTriggersAsynchronously'],
    async run({ reactor, drive }) {
      const events: string[] = [];
      reactor.addSystemEventTrigger('before', 'shutdown', () => events.push('before shutdown'));
      reactor.callWhenRunning(() => {
        reactor.stop();
        events.push('stopped in startup');
      });
      const ended = reactor.run(quietly);
      events.push('run');
      await drive.result(ended);
      reactor.addSystemEventTrigger('before', 'shutdown', () => events.push('before shutdown again'));
      reactor.callLater(0, () => {
        reactor.stop();
        events.push('stopped in a timer');
      });
      await drive.result(reactor.run(quietly));
      assert.deepEqual(events, [
        'stopped in startup',
        'run',
        'before shutdown',
        'stopped in a timer',
        'before shutdown again',
      ]);
    },
  },
  {
    name: 'the shutdown waits for Deferreds and promises of `before` triggers, while turns go on',
    async run({ reactor, drive }) {
      const deferred = new Deferred<void>();
      let resolve: () => void = () => undefined;
      const promise = new Promise<void>((fulfil) => (resolve = fulfil));
      reactor.addSystemEventTrigger('before', 'shutdown', () => deferred);
      reactor.addSystemEventTrigger('before', 'shutdown', () => promise);
      const ended = reactor.run(quietly);
      reactor.stop();
      let timed = false;
      reactor.callLater(0, () => (timed = true));
      await drive(() => timed);
      deferred.callback(undefined);
      await drive.turns(3);
      assert.equal(reactor.running, true);
      resolve();
      await drive.result(ended);
      assert.equal(reactor.running, false);
    },
  },
  {
    name: 'shutdown disconnects everything watched, though one `connectionLost` throws; that is logged once',
    cites: [
      'SystemEventTestsBuilder.test_shutdownDisconnectsCleanly',
      'ReactorFDSetTestsBuilder.test_connectionLostOnShutdown',
    ],
    async run(env) {
      const { reactor, drive, log } = env;
      const { descriptor: reader } = makeDescriptorPair(env);
      const { descriptor: writer } = makeDescriptorPair(env);
      const { descriptor: watcher } = makeDescriptorPair(env);
      const { descriptor: thrower } = makeDescriptorPair(env);
      const thrown = new Error('thrown by connectionLost');
      thrower.onLost = () => {
        throw thrown;
      };
      let duringShutdown = 0;
      reactor.addSystemEventTrigger('during', 'shutdown', () => (duringShutdown = reader.count('lost')));
      reactor.addReader(thrower);
      reactor.addReader(reader);
      reactor.addWriter(writer);
      reactor.addHangUpWatch(watcher);
      const ended = reactor.run(quietly);
      reactor.stop();
      await drive.result(ended);
      for (const descriptor of [reader, writer, watcher, thrower]) {
        assertReason(descriptor.reason, ConnectionLost);
        assert.equal(descriptor.count('lost'), 1);
      }
      assert.equal(duringShutdown, 1);
      assert.deepEqual([reactor.getReaders(), reactor.getWriters()], [[], []]);
      assert.equal(log.flushErrors((record) => record.properties['error'] === thrown).length, 1);
    },
  },
  {
    name: '`run()` while it runs throws ReactorAlreadyRunning at once, also while it stops',
    cites: ['SystemEventTestsBuilder.test_multipleRun'],
    async run({ reactor, drive }) {
      const ended = reactor.run(quietly);
      assert.throws(() => void reactor.run(quietly), ReactorAlreadyRunning);
      reactor.addSystemEventTrigger('during', 'shutdown', () => {
        assert.throws(() => void reactor.run(quietly), ReactorAlreadyRunning);
      });
      reactor.stop();
      assert.throws(() => void reactor.run(quietly), ReactorAlreadyRunning);
      await drive.result(ended);
    },
  },
  {
    name: 'a `before` startup trigger that makes it wait: turns go on meanwhile, and it ends only after `stop()`',
    cites: ['SystemEventTestsBuilder.test_runWithAsynchronousBeforeStartupTrigger'],
    async run({ reactor, drive }) {
      const events: string[] = [];
      reactor.addSystemEventTrigger('before', 'startup', () => {
        const deferred = new Deferred<void>();
        reactor.callLater(0, () => {
          events.push(`timer ${String(reactor.running)}`);
          deferred.callback(undefined);
        });
        return deferred;
      });
      reactor.callWhenRunning(() => events.push(`started ${String(reactor.running)}`));
      const ended = reactor.run(quietly).then(() => events.push('ended'));
      await drive(() => reactor.running);
      reactor.stop();
      await drive.result(ended);
      assert.deepEqual(events, ['timer false', 'started true', 'ended']);
    },
  },
  {
    name: '`stop()` before startup is through ends it; the startup that waited never comes',
    async run({ reactor, drive }) {
      const deferred = new Deferred<void>();
      const events: string[] = [];
      const trigger = reactor.addSystemEventTrigger('before', 'startup', () => deferred);
      reactor.callWhenRunning(() => events.push('started'));
      const ended = reactor.run(quietly);
      reactor.stop();
      await drive.result(ended);
      deferred.callback(undefined);
      assert.deepEqual([events, reactor.running], [[], false]);
      assert.throws(() => reactor.removeSystemEventTrigger(trigger), RangeError);
      // The call that was promised for startup is made in the next one.
      const again = reactor.run(quietly);
      assert.deepEqual([events, reactor.running], [['started'], true]);
      reactor.stop();
      await drive.result(again);
    },
  },
  {
    name: '`crash()` ends `run()` at once and fires no shutdown trigger',
    cites: ['SystemEventTestsBuilder.test_crash'],
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor } = makeDescriptorPair(env);
      const events: string[] = [];
      const trigger = reactor.addSystemEventTrigger('before', 'shutdown', () => events.push('shutdown'));
      reactor.callWhenRunning(() => reactor.crash());
      reactor.addReader(descriptor);
      const ended = reactor.run(quietly);
      assert.equal(reactor.running, false);
      await drive.result(ended);
      await drive.turns(3);
      assert.deepEqual([events, descriptor.events], [[], []]);
      assert.deepEqual(reactor.getReaders(), [descriptor]);
      reactor.removeSystemEventTrigger(trigger);
    },
  },
  {
    name: '`crash()` in any startup trigger leaves it not running, and the next run is a whole one',
    async run({ reactor, drive }) {
      for (const phase of phases) {
        reactor.addSystemEventTrigger(phase, 'startup', () => reactor.crash());
        await drive.result(reactor.run(quietly));
        assert.equal(reactor.running, false, phase);
        const running: boolean[] = [];
        reactor.addSystemEventTrigger('during', 'startup', () => running.push(reactor.running));
        const ended = reactor.run(quietly);
        assert.deepEqual(running, [true], phase);
        reactor.stop();
        await drive.result(ended);
      }
    },
  },
  {
    name: '`crash()` of a shutdown that waits ends `run()`, and what is waited for changes nothing any more',
    async run({ reactor, drive }) {
      const deferred = new Deferred<void>();
      const events: string[] = [];
      reactor.addSystemEventTrigger('before', 'shutdown', () => deferred);
      reactor.addSystemEventTrigger('after', 'shutdown', () => events.push('shutdown'));
      const ended = reactor.run(quietly);
      reactor.stop();
      await drive.turns(3);
      reactor.crash();
      await drive.result(ended);
      const again = reactor.run(quietly);
      deferred.callback(undefined);
      await drive.turns(3);
      assert.deepEqual([events, reactor.running], [[], true]);
      reactor.stop();
      await drive.result(again);
      assert.deepEqual(events, ['shutdown']);
    },
  },
  {
    name: '`crash()` of a reactor that does not run does nothing',
    run({ reactor }) {
      reactor.crash();
      assert.equal(reactor.running, false);
    },
  },
  {
    name: 'it can run again after `crash()`, and what was promised meanwhile is called while running',
    cites: ['SystemEventTestsBuilder.test_runAfterCrash'],
    async run({ reactor, drive }) {
      const events: string[] = [];
      reactor.callWhenRunning(() => {
        events.push('crash');
        reactor.crash();
      });
      await drive.result(reactor.run(quietly));
      reactor.callWhenRunning(() => {
        events.push(`again ${String(reactor.running)}`);
        reactor.stop();
      });
      await drive.result(reactor.run(quietly));
      assert.deepEqual(events, ['crash', 'again true']);
    },
  },
  {
    // Twisted's reactor can't be restarted: R3 overrides SystemEventTestsBuilder.test_runAfterStop.
    name: 'it can run again after `stop()`, with system events, timers and descriptors as the first time',
    cites: ['R3', 'SystemEventTestsBuilder.test_runAfterStop (overridden)'],
    async run(env) {
      const { reactor, drive } = env;
      const { descriptor, peer } = makeDescriptorPair(env);
      descriptor.onRead = () => env.reactor.removeReader(descriptor);
      for (const round of [1, 2, 3]) {
        const events: string[] = [];
        reactor.addSystemEventTrigger('during', 'startup', () =>
          events.push(`startup ${String(reactor.running)}`),
        );
        reactor.addSystemEventTrigger('during', 'shutdown', () =>
          events.push(`shutdown ${String(reactor.running)}`),
        );
        const ended = reactor.run(quietly);
        reactor.callLater(0, () => events.push('timer'));
        reactor.addReader(descriptor);
        peer.send('x');
        await drive(() => events.includes('timer') && descriptor.count('read') === round);
        reactor.stop();
        await drive.result(ended);
        assert.deepEqual(events, ['startup true', 'timer', 'shutdown false']);
      }
    },
  },
  {
    name: 'it can run again as soon as `run()` has ended',
    cites: ['R3'],
    async run({ reactor, drive }) {
      let runs = 0;
      const runThrice = async (): Promise<void> => {
        while (runs < 3) {
          runs += 1;
          reactor.callWhenRunning(() => reactor.stop());
          await reactor.run(quietly);
        }
      };
      await drive.result(runThrice());
      assert.deepEqual([runs, reactor.running], [3, false]);
    },
  },
  {
    name: 'aborting the signal of `run()` stops it; aborted already, `run()` throws its reason',
    async run({ reactor, drive }) {
      const controller = new AbortController();
      const ended = reactor.run({ ...quietly, signal: controller.signal });
      controller.abort(new Error('enough'));
      await drive.result(ended);
      assert.throws(() => void reactor.run({ ...quietly, signal: controller.signal }), /enough/);
      assert.equal(reactor.running, false);
    },
  },
  {
    name: 'aborting the signal of a run that is stopping, or over, does nothing',
    async run({ reactor, drive }) {
      const first = new AbortController();
      const ended = reactor.run({ ...quietly, signal: first.signal });
      reactor.stop();
      first.abort();
      await drive.result(ended);
      const second = new AbortController();
      reactor.callWhenRunning(() => reactor.crash());
      await drive.result(reactor.run({ ...quietly, signal: second.signal }));
      const again = reactor.run(quietly);
      second.abort();
      await drive.turns(3);
      assert.equal(reactor.running, true);
      reactor.stop();
      await drive.result(again);
    },
  },
  {
    name: '`callLater(0, reactor.stop)` makes `run()` end',
    cites: ['TimeTestsBuilder.test_delayedCallStopsReactor'],
    async run({ reactor, drive }) {
      reactor.callLater(0, () => reactor.stop());
      await drive.result(reactor.run(quietly));
    },
  },
  {
    name: 'startup that is fired by hand does not make it run',
    async run({ reactor, drive }) {
      const running: boolean[] = [];
      reactor.callWhenRunning(() => running.push(reactor.running));
      reactor.fireSystemEvent('startup');
      assert.deepEqual([running, reactor.running], [[false], false]);
      const ended = reactor.run(quietly);
      assert.equal(reactor.running, true);
      reactor.stop();
      await drive.result(ended);
    },
  },
  {
    name: 'a system event with a name of one’s own can be fired by hand',
    cites: [
      'SystemEventTests.test_beforePhase',
      'SystemEventTests.test_afterPhase',
      'SystemEventTests.test_multipleBeforeReturnDeferred',
      'SystemEventTests.test_unknownPhase',
    ],
    run({ reactor }) {
      const events: string[] = [];
      const deferreds = [new Deferred<void>(), new Deferred<void>()];
      for (const deferred of deferreds) reactor.addSystemEventTrigger('before', 'test', () => deferred);
      for (const phase of phases)
        reactor.addSystemEventTrigger(phase, 'test', (text) => events.push(text), phase);
      reactor.fireSystemEvent('test');
      assert.deepEqual(events, ['before']);
      deferreds[1]?.callback(undefined);
      assert.deepEqual(events, ['before']);
      deferreds[0]?.callback(undefined);
      assert.deepEqual(events, ['before', 'during', 'after']);
      reactor.fireSystemEvent('test');
      assert.equal(events.length, 3);
      assert.throws(
        () => reactor.addSystemEventTrigger('sometime' as EventPhase, 'test', () => undefined),
        RangeError,
      );
    },
  },
];
