import { inspect } from 'node:util';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { CancelledError, Deferred } from '../../src/defer/index.js';
import { ReactorClosedError } from '../../src/errors/index.js';
import { Reactor, getReactor } from '../../src/reactor/index.js';
import { LoopingCall } from '../../src/task/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';

const boom = new Error('boom');

describe('LoopingCall', () => {
  expectNoUnhandledErrors();
  let clock = new Clock();
  let times: number[] = [];
  const note = (): void => void times.push(clock.seconds());
  beforeEach(() => {
    clock = new Clock();
    times = [];
  });

  function looping<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): LoopingCall<A> {
    const loop = new LoopingCall<A>(f, ...args);
    loop.clock = clock;
    return loop;
  }

  function counting(counts: number[], then: () => unknown = () => undefined): LoopingCall {
    const loop = LoopingCall.withCount((count) => {
      counts.push(count);
      return then();
    });
    loop.clock = clock;
    return loop;
  }

  it('calls at once and then at each interval, with its arguments, until it is stopped', () => {
    const seen: unknown[] = [];
    const loop = looping((a: string, b: number) => seen.push([a, b, clock.seconds()]), 'a', 1);
    expect(loop.running).to.equal(false);
    const ended = loop.start(0.5);
    expect([loop.running, loop.interval]).to.deep.equal([true, 0.5]);
    clock.pump([0.25, 0.25, 0.5]);
    expect(seen).to.deep.equal([0, 0.5, 1].map((time) => ['a', 1, time]));
    expect(isDone(ended)).to.equal(false);
    loop.stop();
    expect(resultOf(ended)).to.equal(loop);
    expect(loop.running).to.equal(false);
    clock.advance(10);
    expect(seen).to.have.lengthOf(3);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: LoopTests.test_defaultClock
  it('runs on the default reactor unless it is given a clock', () => {
    using reactor = getReactor();
    const loop = new LoopingCall(note);
    expect(loop.clock).to.equal(reactor);
    void loop.start(1000);
    expect(reactor.getDelayedCalls()).to.have.lengthOf(1);
    loop.stop();
    expect(reactor.getDelayedCalls()).to.have.lengthOf(0);
  });

  // Twisted: LoopTests.test_callbackTimeSkips
  it('leaves out what a slow call went past, and keeps the beat', () => {
    const durations = [2, 1];
    const loop = looping(() => {
      note();
      clock.advance(durations.shift() ?? 0);
    });
    void loop.start(0.5);
    expect([times, clock.seconds()]).to.deep.equal([[0], 2]);
    clock.advance(0);
    expect(times).to.deep.equal([0]);
    clock.advance(0.5);
    expect([times, clock.seconds()]).to.deep.equal([[0, 2.5], 3.5]);
    clock.advance(0);
    expect(times).to.deep.equal([0, 2.5]);
    clock.pump([0.5, 0.5]);
    expect(times).to.deep.equal([0, 2.5, 4, 4.5]);
    loop.stop();
  });

  it('makes no burst of calls after the clock has jumped, and is back in step', () => {
    const loop = looping(note);
    void loop.start(2);
    clock.advance(101);
    clock.pump([0.5, 0.5, 1, 1]);
    expect(times).to.deep.equal([0, 101, 102, 104]);
    loop.stop();
  });

  it('does not drift when each call is late', () => {
    const loop = looping(note);
    void loop.start(1, { now: false });
    for (let call = 0; call < 1000; call += 1) {
      clock.advance((clock.getDelayedCalls()[0]?.getTime() ?? NaN) - clock.seconds() + 0.01);
    }
    expect(times).to.have.lengthOf(1000);
    expect(times[999]).to.be.closeTo(1000.01, 1e-6);
    loop.stop();
  });

  // Twisted: LoopTests.test_withCountFloatingPointBoundary
  it('`withCount()` counts ten intervals of 0.1 in a second, however the sums are rounded', () => {
    const counts: number[] = [];
    const loop = counting(counts);
    void loop.start(0.1, { now: false });
    for (let step = 0; step < 10; step += 1) clock.advance(0.1);
    expect(clock.seconds()).to.be.lessThan(1);
    expect(counts).to.deep.equal(Array(10).fill(1));
    loop.stop();
  });

  it('counts and keeps the beat over a hundred thousand odd intervals', () => {
    let [sum, calls] = [0, 0];
    const loop = LoopingCall.withCount((count: number) => {
      sum += count;
      calls += 1;
    });
    loop.clock = clock;
    void loop.start(0.1, { now: false });
    for (let step = 0; step < 1e5; step += 1) clock.advance(0.1);
    expect([sum, calls]).to.deep.equal([1e5, 1e5]);
    loop.stop();
  });

  it('`withCount()` begins with 1, and tells how many intervals each call stands for', () => {
    const counts: number[] = [];
    const loop = counting(counts);
    void loop.start(0.5);
    clock.pump([0.5, 1.25, 0.25, 2.5]);
    expect(counts).to.deep.equal([1, 1, 2, 1, 5]);
    loop.stop();
  });

  it('`withCount()` passes its other arguments after the count', () => {
    const seen: unknown[] = [];
    const loop = LoopingCall.withCount((count: number, text: string) => seen.push([count, text]), 'a');
    loop.clock = clock;
    void loop.start(1);
    loop.stop();
    expect(seen).to.deep.equal([[1, 'a']]);
  });

  // Twisted: LoopTests.test_withCountIntervalZero
  it('`withCount()` counts 1 each time when the interval is 0', () => {
    const counts: number[] = [];
    const loop = counting(counts, () => {
      if (counts.length === 4) loop.stop();
    });
    const ended = loop.start(0, { now: false });
    clock.pump([0, 3]);
    expect(counts).to.deep.equal([1, 1, 1, 1]);
    expect(resultOf(ended)).to.equal(loop);
  });

  // Twisted: LoopTests.test_withCountIntervalZeroDelay
  it('`withCount()` counts 1 when the interval is 0 and a result was waited for', () => {
    const counts: number[] = [];
    const pending = new Deferred<void>();
    const loop = counting(counts, () => {
      if (counts.length === 2) return pending;
      if (counts.length === 4) loop.stop();
      return undefined;
    });
    void loop.start(0, { now: false });
    clock.advance(0);
    clock.pump(Array<number>(10).fill(1));
    expect(counts).to.deep.equal([1, 1]);
    pending.callback();
    clock.advance(0);
    expect(counts).to.deep.equal([1, 1, 1, 1]);
  });

  // Twisted: LoopTests.test_withCountIntervalZeroDelayThenNonZeroInterval, which counts one more here
  it('`withCount()` counts the whole intervals that were missed when the interval was changed from 0', () => {
    const counts: number[] = [];
    const pending = new Deferred<void>();
    const loop = counting(counts, () => (counts.length === 1 ? pending : undefined));
    void loop.start(0, { now: false });
    clock.advance(0);
    loop.interval = 2;
    clock.advance(13);
    pending.callback();
    clock.pump([1, 2, 4]);
    expect(counts).to.deep.equal([1, 7, 1, 2]);
    loop.stop();
  });

  // Twisted: LoopTests.testBadDelay
  it('refuses an interval that is negative, no number or endless', () => {
    const loop = looping(note);
    for (const interval of [-1, NaN, Infinity]) {
      expect(() => loop.start(interval)).to.throw(RangeError, `not ${interval}`);
    }
    expect([loop.running, times]).to.deep.equal([false, []]);
  });

  it('refuses what is no function', () => {
    expect(() => new LoopingCall('f' as unknown as () => void)).to.throw(TypeError);
  });

  // Twisted: LoopTests.testStopAtOnce, LoopTests.testStoppingBeforeDelayedStart
  it('never calls if it is stopped before the first interval is over', () => {
    for (const interval of [0, 10]) {
      const loop = looping(note);
      const ended = loop.start(interval, { now: false });
      loop.stop();
      expect(resultOf(ended)).to.equal(loop);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      clock.advance(20);
    }
    expect(times).to.deep.equal([]);
  });

  // Twisted: LoopTests.test_reset
  it('`reset()` puts the next call off to a whole interval from now, and the later ones with it', () => {
    const loop = looping(note);
    void loop.start(2, { now: false });
    clock.advance(1);
    loop.reset();
    clock.advance(1);
    expect(times).to.deep.equal([]);
    clock.pump([1, 1, 1]);
    expect(times).to.deep.equal([3, 5]);
    loop.stop();
  });

  it('`reset()` while a result is waited for sets the beat, and the count, to begin then', () => {
    const counts: number[] = [];
    const pending = new Deferred<void>();
    const loop = counting(counts, () => {
      note();
      return counts.length === 1 ? pending : undefined;
    });
    void loop.start(2);
    clock.advance(5);
    loop.reset();
    clock.advance(0.5);
    pending.callback();
    clock.pump([1.5, 2]);
    expect([times, counts]).to.deep.equal([
      [0, 7, 9],
      [1, 1, 1],
    ]);
    loop.stop();
  });

  it('a new interval counts from the next scheduling on', () => {
    const loop = looping(note);
    void loop.start(1);
    loop.interval = 3;
    clock.pump([1, 1, 1, 1, 2]);
    expect(times).to.deep.equal([0, 1, 3, 6]);
    expect(() => (loop.interval = -1)).to.throw(RangeError);
    expect(loop.interval).to.equal(3);
    loop.stop();
  });

  it('fails with what a call throws, and ends', () => {
    const loop = looping(() => {
      note();
      if (times.length === 2) throw boom;
    });
    const ended = loop.start(1);
    clock.advance(1);
    expect(errorOf(ended)).to.equal(boom);
    expect([loop.running, clock.getDelayedCalls()]).to.deep.equal([false, []]);
    clock.advance(5);
    expect(times).to.deep.equal([0, 1]);
  });

  it('fails with what a call’s promise is rejected with, and ends', async () => {
    const loop = looping(() => Promise.reject(boom));
    const ended = loop.start(1);
    await ended.then(
      () => expect.fail('it should have failed'),
      (error: unknown) => expect(error).to.equal(boom),
    );
    expect([loop.running, clock.getDelayedCalls()]).to.deep.equal([false, []]);
  });

  // Twisted: ReactorLoopTests.testFailAndStop
  it('fails with the error of a call that stops it and then throws', () => {
    const loop = looping(() => {
      loop.stop();
      throw boom;
    });
    const ended = loop.start(0);
    expect(errorOf(ended)).to.equal(boom);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ReactorLoopTests.testEveryIteration
  it('an interval of 0 calls in each turn, until a call stops it', async () => {
    using reactor = new Reactor();
    let calls = 0;
    const loop = new LoopingCall(() => {
      calls += 1;
      if (calls === 6) loop.stop();
    });
    loop.clock = reactor;
    await loop.start(0);
    expect(calls).to.equal(6);
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ReactorLoopTests.testWaitDeferred
  it('waits for a Deferred that a call returns, and `stop()` inside its callback leaves nothing', () => {
    const pending = new Deferred<void>();
    const loop = looping(() => {
      note();
      return times.length === 1 ? pending : undefined;
    });
    const ended = loop.start(0.5);
    clock.pump([0.5, 0.5, 0.75]);
    expect(times).to.deep.equal([0]);
    pending.callback();
    clock.advance(0.25);
    expect(times).to.deep.equal([0, 2]);

    const other = new Deferred<void>();
    const second = looping(() => other);
    const secondEnded = second.start(1);
    other.addCallback(() => second.stop());
    loop.stop();
    expect(isDone(secondEnded)).to.equal(false);
    clock.advance(2);
    other.callback();
    expect(resultOf(secondEnded)).to.equal(second);
    expect(isDone(ended)).to.equal(true);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('waits for a promise that a call returns, and a `stop()` meanwhile waits for it too', async () => {
    let resolve: () => void = () => undefined;
    const loop = looping(() => new Promise<void>((fulfil) => (resolve = fulfil)));
    const ended = loop.start(1);
    loop.stop();
    expect(() => loop.start(1)).to.throw(Error, 'still under way');
    await Promise.resolve();
    expect(isDone(ended)).to.equal(false);
    resolve();
    expect(await ended).to.equal(loop);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: ReactorLoopTests.test_deferredWithCount
  it('`withCount()` counts the intervals that a Deferred was waited for', () => {
    const counts: number[] = [];
    const pending = new Deferred<void>();
    const loop = counting(counts, () => (counts.length === 1 ? pending : undefined));
    void loop.start(0.2, { now: false });
    clock.advance(0.2);
    expect(counts).to.deep.equal([1]);
    clock.pump([0.2, 0.2]);
    expect(counts).to.deep.equal([1]);
    pending.callback();
    expect(counts).to.deep.equal([1]);
    clock.pump([0.2, 0.2]);
    expect(counts).to.deep.equal([1, 3, 1]);
    loop.stop();
  });

  it('is misused loudly: started twice, stopped or reset while it does not run', () => {
    const loop = looping(note);
    expect(() => loop.stop()).to.throw(Error, 'not running');
    expect(() => loop.reset()).to.throw(Error, 'not running');
    void loop.start(1);
    expect(() => loop.start(1)).to.throw(Error, 'running already');
    loop.stop();
    expect(() => loop.stop()).to.throw(Error, 'not running');
  });

  it('can be started again, also by whoever hears of its end', () => {
    const loop = looping(note);
    const ended = loop.start(1).addCallback(() => void loop.start(2));
    clock.advance(1);
    loop.stop();
    expect(isDone(ended)).to.equal(true);
    clock.advance(2);
    expect(times).to.deep.equal([0, 1, 1, 3]);
    loop.stop();
  });

  it('a run keeps the clock that it began with', () => {
    const loop = looping(note);
    void loop.start(1);
    loop.clock = new Clock();
    clock.advance(1);
    expect(times).to.deep.equal([0, 1]);
    loop.stop();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('`using` stops it at the end of the block', () => {
    let ended: Deferred<unknown>;
    {
      using loop = looping(note);
      ended = loop.start(1);
    }
    expect(isDone(ended)).to.equal(true);
    looping(note)[Symbol.dispose]();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('an aborted signal stops it, and nothing is left on the signal', () => {
    const abort = new AbortController();
    const loop = looping(note);
    const ended = loop.start(1, { signal: abort.signal });
    clock.advance(1);
    abort.abort();
    expect(resultOf(ended)).to.equal(loop);
    void loop.start(1);
    abort.signal.dispatchEvent(new Event('abort'));
    expect(loop.running).to.equal(true);
    loop.stop();
  });

  it('makes no call if the signal is aborted already', () => {
    const loop = looping(note);
    const ended = loop.start(1, { signal: AbortSignal.abort() });
    expect(resultOf(ended)).to.equal(loop);
    expect([loop.running, times, clock.getDelayedCalls()]).to.deep.equal([false, [], []]);
  });

  it('cancelling its Deferred ends it with CancelledError', () => {
    const loop = looping(note);
    const ended = loop.start(1);
    ended.cancel();
    expect(errorOf(ended)).to.be.instanceOf(CancelledError);
    expect([loop.running, clock.getDelayedCalls()]).to.deep.equal([false, []]);
    void loop.start(1);
    loop.stop();
  });

  it('cancelling its Deferred cancels what it waits for', () => {
    let cancelled = 0;
    const loop = looping(() => new Deferred<void>(() => void (cancelled += 1)));
    const ended = loop.start(1);
    ended.cancel();
    expect(cancelled).to.equal(1);
    expect(errorOf(ended)).to.be.instanceOf(CancelledError);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('can be cancelled from inside a call', () => {
    const loop = looping(() => {
      note();
      if (times.length === 2) ended.cancel();
    });
    const ended = loop.start(1);
    clock.advance(1);
    expect(errorOf(ended)).to.be.instanceOf(CancelledError);
    expect([loop.running, clock.getDelayedCalls()]).to.deep.equal([false, []]);
    void loop.start(1);
    expect(times).to.deep.equal([0, 1, 1]);
    loop.stop();
  });

  it('fails when the reactor was closed meanwhile, and there can be no next call', () => {
    const reactor = new Reactor();
    const loop = new LoopingCall(() => reactor.close());
    loop.clock = reactor;
    expect(errorOf(loop.start(1))).to.be.instanceOf(ReactorClosedError);
    expect(errorOf(loop.start(1, { now: false }))).to.be.instanceOf(ReactorClosedError);
    expect(loop.running).to.equal(false);
  });

  // Twisted: LoopTests.test_reprFunction, LoopTests.test_reprMethod
  it('shows its interval, function and arguments', () => {
    const loop = looping((a: string, b: number) => [a, b], 'a', 1);
    expect(String(loop)).to.equal("LoopingCall(0 s, (anonymous), 'a', 1)");
    const named = looping(note);
    void named.start(0.5);
    expect(String(named)).to.equal('LoopingCall(0.5 s, note)');
    expect([inspect(loop), inspect(named)]).to.deep.equal([
      "LoopingCall(0 s, (anonymous), 'a', 1, not running)",
      'LoopingCall(0.5 s, note, running)',
    ]);
    named.stop();
  });

  it('has the types of its function', () => {
    expectTypeOf(looping((text: string) => text, 'a')).toEqualTypeOf<LoopingCall<[text: string]>>();
    const loop = looping(note);
    const ended = loop.start(1).addCallback((same) => {
      expectTypeOf(same).toExtend<LoopingCall>();
      return same;
    });
    loop.stop();
    expect(resultOf(ended)).to.equal(loop);
    // @ts-expect-error the argument is missing
    expect(new LoopingCall((text: string) => text).running).to.equal(false);
  });
});
