import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { CancelledError, Deferred, fail, flushUnhandledErrors, succeed } from '../../src/defer/index.js';
import { getReactor } from '../../src/reactor/index.js';
import {
  type CooperativeTask,
  Cooperator,
  SchedulerStopped,
  coiterate,
  cooperate,
} from '../../src/task/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';

const boom = new Error('boom');

describe('Cooperator', () => {
  expectNoUnhandledErrors();
  let clock = new Clock();
  let steps: unknown[] = [];
  beforeEach(() => {
    clock = new Clock();
    steps = [];
  });

  /** One that takes `perTick` steps in each tick, and a tick whenever the clock is advanced. */
  function cooperating(perTick = 1, started = true): Cooperator {
    return new Cooperator({
      scheduler: (tick) => clock.callLater(0.1, tick),
      terminationPredicateFactory: () => {
        let left = perTick;
        return () => (left -= 1) <= 0;
      },
      started,
    });
  }

  function* noting(...values: readonly unknown[]): Generator<unknown, void> {
    for (const value of values) {
      steps.push(value);
      yield value;
    }
  }

  const ticks = (count: number): void => clock.pump(Array<number>(count).fill(0.1));

  // Twisted: CooperatorTests.testCooperation
  it('lets iterators take steps in turn', () => {
    const cooperator = cooperating(100);
    const work = [noting('a', 'b', 'c'), noting(1, 2, 3), noting('d', 'e', 'f'), noting(4, 5, 6)];
    const done = work.map((each) => cooperator.coiterate(each));
    ticks(1);
    expect(steps.join(' ')).to.equal('a 1 d 4 b 2 e 5 c 3 f 6');
    expect(done.map(resultOf)).to.deep.equal(work);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  // Twisted: CooperatorTests.testResourceExhaustion
  it('ends a tick when the termination predicate says so, and goes on in the next', () => {
    const cooperator = cooperating(10);
    const task = cooperator.cooperate(noting(...Array(100).keys()));
    ticks(1);
    expect(steps).to.deep.equal([...Array(10).keys()]);
    task.stop();
    ticks(1);
    expect(steps).to.have.lengthOf(10);
  });

  it('goes on with whose turn it is, over many ticks', () => {
    const cooperator = cooperating(1);
    cooperator.cooperate(noting('a', 'b', 'c'));
    cooperator.cooperate(noting(1, 2, 3));
    ticks(5);
    expect(steps.join(' ')).to.equal('a 1 b 2 c');
    cooperator.stop();
  });

  // Twisted: CooperatorTests.testStoppedRejectsNewTasks
  it('a stopped one refuses new tasks with SchedulerStopped', () => {
    const cooperator = cooperating();
    cooperator.stop();
    expect(errorOf(cooperator.coiterate(noting(1)))).to.be.instanceOf(SchedulerStopped);
    const doneDeferred = new Deferred<Generator<unknown, void>>();
    const returned = cooperator.coiterate(noting(1), { doneDeferred });
    expect(errorOf(returned)).to.be.instanceOf(SchedulerStopped);
    expect(errorOf(doneDeferred)).to.be.instanceOf(SchedulerStopped);
    expect(() => cooperator.cooperate(noting(1)).stop()).to.throw(SchedulerStopped);
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[], []]);
  });

  // Twisted: CooperatorTests.testStopRunning
  it('`stop()` ends what hasn’t come to its end with SchedulerStopped', () => {
    const cooperator = cooperating();
    const done = cooperator.coiterate(noting(1, 2, 3));
    ticks(2);
    cooperator.stop();
    expect(errorOf(done)).to.be.instanceOf(SchedulerStopped);
    ticks(3);
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[1, 2], []]);
  });

  // Twisted: CooperatorTests.testStopOutstanding
  it('`stop()` ends a task that waits for a Deferred, which isn’t resumed when that fires', () => {
    const cooperator = cooperating();
    const pending = new Deferred<number>();
    const done = cooperator.coiterate(noting(1, pending, 2));
    ticks(3);
    cooperator.stop();
    expect(errorOf(done)).to.be.instanceOf(SchedulerStopped);
    pending.callback(5);
    ticks(3);
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[1, pending], []]);
    expect(resultOf(pending)).to.equal(5);
  });

  it('`stop()` ends a task that is paused', () => {
    const cooperator = cooperating();
    const task = cooperator.cooperate(noting(1));
    const done = task.whenDone();
    task.pause();
    cooperator.stop();
    expect(errorOf(done)).to.be.instanceOf(SchedulerStopped);
  });

  // Twisted: CooperatorTests.testUnexpectedErrorNotActuallyLater
  it('a task that yields a failed Deferred fails with that error', () => {
    const cooperator = cooperating();
    const done = cooperator.coiterate(noting(fail(boom), 1));
    ticks(3);
    expect(errorOf(done)).to.equal(boom);
    expect(steps).to.have.lengthOf(1);
  });

  it('a task that yields a Deferred that fails later fails with that error', () => {
    const cooperator = cooperating();
    const pending = new Deferred<void>();
    const done = cooperator.coiterate(noting(pending, 1));
    ticks(2);
    pending.errback(boom);
    expect(errorOf(done)).to.equal(boom);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('goes on after a Deferred that has its result already, without delay', () => {
    const cooperator = cooperating(10);
    const fired = succeed('x');
    const done = cooperator.coiterate(noting(1, fired, 2));
    ticks(1);
    expect(steps).to.deep.equal([1, fired, 2]);
    expect(isDone(done)).to.equal(true);
    expect(resultOf(fired)).to.equal('x');
  });

  it('waits for a promise that a step yields', async () => {
    const cooperator = cooperating(10);
    const promise = Promise.resolve('x');
    const done = cooperator.coiterate(noting(promise, 2));
    ticks(2);
    expect(steps).to.deep.equal([promise]);
    await promise;
    await Promise.resolve();
    ticks(1);
    expect(steps).to.deep.equal([promise, 2]);
    expect(isDone(done)).to.equal(true);
  });

  it('iterates over what is async, one step at a time', async () => {
    const cooperator = cooperating(10);
    async function* work(): AsyncGenerator<unknown, void> {
      for (const value of [1, 2]) {
        await Promise.resolve();
        steps.push(value);
        yield value;
      }
    }
    const generator = work();
    const done = cooperator.coiterate(generator);
    const order: unknown[] = [];
    void done.addCallback(() => order.push('done'));
    for (let round = 0; order.length === 0 && round < 50; round += 1) {
      ticks(1);
      await Promise.resolve();
    }
    expect([steps, order]).to.deep.equal([[1, 2], ['done']]);
  });

  it('an async iterator that is rejected fails its task', async () => {
    const cooperator = cooperating(10);
    const done = cooperator.coiterate({ next: () => Promise.reject(boom) } as AsyncIterator<unknown>);
    ticks(1);
    const error = await done.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.equal(boom);
  });

  // Twisted: CooperatorTests.testCallbackReCoiterate
  it('never schedules two ticks, though `coiterate()` is called in a callback of another', () => {
    let outstanding = 0;
    let most = 0;
    const cooperator = new Cooperator({
      scheduler: (tick) => {
        outstanding += 1;
        most = Math.max(most, outstanding);
        return clock.callLater(0, () => {
          outstanding -= 1;
          tick();
        });
      },
      terminationPredicateFactory: () => () => true,
    });
    const done = cooperator.coiterate([0]).addCallback(() => cooperator.coiterate([1, 2]));
    clock.advance(1);
    expect([isDone(done), most, outstanding]).to.deep.equal([true, 1, 0]);
  });

  // Twisted: CooperatorTests.test_removingLastTaskStopsScheduledCall
  it('schedules no tick without a task to take a step', () => {
    const cooperator = cooperating();
    expect(clock.getDelayedCalls()).to.have.lengthOf(0);
    const first = cooperator.cooperate(noting(1));
    const second = cooperator.cooperate(noting(1));
    first.stop();
    expect(clock.getDelayedCalls()).to.have.lengthOf(1);
    second.stop();
    expect(clock.getDelayedCalls()).to.have.lengthOf(0);
    cooperator.cooperate(noting(1));
    expect(clock.getDelayedCalls()).to.have.lengthOf(1);
    cooperator.stop();
  });

  // Twisted: CooperatorTests.test_runningWhenStarted, CooperatorTests.test_runningWhenNotStarted, CooperatorTests.test_runningWhenRunning
  it('is running from its making or from `start()` on, until `stop()`', () => {
    expect(cooperating().running).to.equal(true);
    const cooperator = cooperating(1, false);
    expect(cooperator.running).to.equal(false);
    cooperator.start();
    expect(cooperator.running).to.equal(true);
    expect(() => cooperator.start()).to.throw(Error, 'running already');
    cooperator.stop();
    expect(cooperator.running).to.equal(false);
  });

  it('keeps tasks for `start()`, and can be started again', () => {
    const cooperator = cooperating(10, false);
    const task = cooperator.cooperate(noting(1));
    ticks(1);
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[], []]);
    cooperator.start();
    ticks(1);
    expect(isDone(task.whenDone())).to.equal(true);
    cooperator.stop();
    cooperator.start();
    cooperator.cooperate(noting(2));
    ticks(1);
    expect(steps).to.deep.equal([1, 2]);
  });

  // Twisted: RunStateTests.test_stopCooperatorReentrancy
  it('may be stopped by a callback of `whenDone()`: the task counts as done by then', () => {
    const cooperator = cooperating();
    const task = cooperator.cooperate([]);
    let seen: unknown;
    const done = task.whenDone().addCallback(() => {
      cooperator.stop();
      try {
        task.stop();
      } catch (error) {
        seen = (error as Error).name;
      }
    });
    ticks(1);
    expect([isDone(done), seen]).to.deep.equal([true, 'TaskDone']);
  });

  it('goes on after a termination predicate that threw', () => {
    let isAngry = true;
    const cooperator = new Cooperator({
      scheduler: (tick) => clock.callLater(0, tick),
      terminationPredicateFactory: () => () => {
        if (!isAngry) return false;
        isAngry = false;
        throw boom;
      },
    });
    cooperator.cooperate(noting(1, 2));
    expect(() => clock.advance(0)).to.throw(boom);
    clock.advance(0);
    expect(steps).to.deep.equal([1, 2]);
  });

  it('a cancelled `coiterate()` stops the task', () => {
    const cooperator = cooperating();
    const done = cooperator.coiterate(noting(1, 2));
    ticks(1);
    done.cancel();
    expect(errorOf(done)).to.be.instanceOf(CancelledError);
    ticks(2);
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[1], []]);
  });

  it('takes what can be iterated, and throws a TypeError for what can’t', () => {
    const cooperator = cooperating(10);
    const set = new Set([1, 2]);
    const done = cooperator.coiterate(set);
    ticks(1);
    expect(resultOf(done)).to.equal(set);
    for (const work of [5, null, undefined, {}]) {
      expect(() => cooperator.cooperate(work as [])).to.throw(TypeError);
    }
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('`using` stops it at the end of the block', () => {
    let task: CooperativeTask<Generator<unknown, void>>;
    {
      using cooperator = cooperating();
      task = cooperator.cooperate(noting(1));
    }
    expect(() => task.pause()).to.throw(SchedulerStopped);
    expect(flushUnhandledErrors()).to.deep.equal([]);
  });

  // Twisted: AliasTests.test_cooperate
  it('there is one for all, on the default reactor, which outlives a reactor', async () => {
    for (let times = 0; times < 2; times += 1) {
      using reactor = getReactor();
      const work = noting(1, 2);
      expect(await cooperate(work).whenDone()).to.equal(work);
      const set = new Set([1]);
      expect(await coiterate(set)).to.equal(set);
      const task = cooperate(noting(3));
      expect(reactor.getDelayedCalls()).to.have.lengthOf(1);
      reactor.close();
      task.stop();
    }
    expect(steps).to.deep.equal([1, 2, 1, 2]);
  });

  it('by default ends a tick after a while, so that the reactor goes on', async () => {
    using reactor = getReactor();
    const begin = performance.now();
    const busy = cooperate(
      (function* () {
        steps.push('begun');
        reactor.callLater(0, () => steps.push('others'));
        // The limit is only there so that a fault ends the test.
        while (steps.length === 1 && performance.now() - begin < 5000) yield undefined;
      })(),
    );
    await busy.whenDone();
    expect(steps).to.deep.equal(['begun', 'others']);
  });

  it('knows the types', () => {
    const cooperator = cooperating();
    const done = cooperator.coiterate([1]);
    expectTypeOf(done).toEqualTypeOf<Deferred<number[]>>();
    expectTypeOf(cooperator.cooperate(new Set('a'))).toEqualTypeOf<CooperativeTask<Set<string>>>();
    cooperator.stop();
    expect(errorOf(done)).to.be.instanceOf(SchedulerStopped);
    // @ts-expect-error a number can't be iterated
    expect(() => cooperator.cooperate(5)).to.throw(TypeError);
  });
});
