import { expect } from 'chai';
import { CancelledError, Deferred, flushUnhandledErrors } from '../../src/defer/index.js';
import {
  type CooperativeTask,
  type CooperativeWork,
  Cooperator,
  NotPaused,
  TaskDone,
  TaskFailed,
  TaskFinished,
  TaskStopped,
} from '../../src/task/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, isDone, resultOf } from '../defer/results.js';

const boom = new Error('boom');

describe('CooperativeTask', () => {
  expectNoUnhandledErrors();
  let clock = new Clock();
  let steps: unknown[] = [];
  let cooperator: Cooperator;
  beforeEach(() => {
    clock = new Clock();
    steps = [];
    cooperator = new Cooperator({
      scheduler: (tick) => clock.callLater(0.1, tick),
      terminationPredicateFactory: () => () => true,
    });
  });
  afterEach(() => cooperator.stop());

  const tick = (): void => clock.advance(0.1);

  /** Yields what it is given, and says when it was told to end. */
  function* noting(...values: readonly unknown[]): Generator<unknown, void> {
    try {
      for (const value of values) {
        steps.push(value);
        yield value;
      }
    } finally {
      steps.push('finally');
    }
  }

  // Twisted: RunStateTests.test_pauseResume
  it('a paused one takes no steps, a resumed one goes on in the next tick', () => {
    const task = cooperator.cooperate(noting(1, 2, 3));
    tick();
    task.pause();
    tick();
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[1], []]);
    task.resume();
    expect(steps).to.deep.equal([1]);
    tick();
    expect(steps).to.deep.equal([1, 2]);
  });

  // Twisted: RunStateTests.test_resumeNotPaused
  it('`resume()` throws NotPaused for one that isn’t', () => {
    const task = cooperator.cooperate(noting(1));
    expect(() => task.resume()).to.throw(NotPaused);
    task.pause();
    task.resume();
    expect(() => task.resume()).to.throw(NotPaused);
  });

  // Twisted: RunStateTests.test_pauseTwice
  it('paused twice, it must be resumed twice', () => {
    const task = cooperator.cooperate(noting(1));
    task.pause();
    task.pause();
    task.resume();
    tick();
    expect(steps).to.deep.equal([]);
    task.resume();
    tick();
    expect(steps).to.deep.equal([1]);
  });

  // Twisted: RunStateTests.test_pauseWhileDeferred
  it('paused while it waits for a Deferred, it needs both to go on', () => {
    for (const order of ['resume first', 'fire first']) {
      steps = [];
      const pending = new Deferred<void>();
      const task = cooperator.cooperate(noting(pending, 2));
      tick();
      task.pause();
      if (order === 'resume first') task.resume();
      else pending.callback();
      tick();
      expect(steps, order).to.deep.equal([pending]);
      if (order === 'resume first') pending.callback();
      else task.resume();
      tick();
      expect(steps, order).to.deep.equal([pending, 2]);
      task.stop();
    }
  });

  it('can’t be resumed out of its waiting for a Deferred', () => {
    const task = cooperator.cooperate(noting(new Deferred<void>(), 2));
    tick();
    expect(() => task.resume()).to.throw(NotPaused);
  });

  it('may be paused and stopped from inside a step', () => {
    function* work(): Generator<unknown, void> {
      steps.push('pausing');
      task.pause();
      yield 1;
      steps.push('stopping');
      task.stop();
      try {
        yield 2;
        steps.push('never');
      } finally {
        steps.push('finally');
      }
    }
    const task: CooperativeTask = cooperator.cooperate<CooperativeWork>(work());
    tick();
    tick();
    expect(steps).to.deep.equal(['pausing']);
    task.resume();
    tick();
    tick();
    expect(steps).to.deep.equal(['pausing', 'stopping', 'finally']);
  });

  // Twisted: RunStateTests.test_whenDone
  it('`whenDone()` gives a new Deferred each time, which fires with the iterator', () => {
    const work = noting();
    const task = cooperator.cooperate(work);
    const first = task.whenDone();
    const second = task.whenDone();
    const changed = first.addCallback(() => 'changed');
    expect(isDone(second)).to.equal(false);
    tick();
    expect(resultOf(changed)).to.equal('changed');
    expect(resultOf(second)).to.equal(work);
    expect(resultOf(task.whenDone())).to.equal(work);
  });

  // Twisted: RunStateTests.test_whenDoneError
  it('`whenDone()` fails with what the iterator threw, as often as it is asked', () => {
    const task = cooperator.cooperate({
      next: () => {
        throw boom;
      },
    } as Iterator<unknown>);
    const done = task.whenDone();
    tick();
    expect(errorOf(done)).to.equal(boom);
    expect(errorOf(task.whenDone())).to.equal(boom);
    expect(() => task.stop())
      .to.throw(TaskFailed)
      .with.property('cause', boom);
  });

  it('a failure that nobody asks for is reported; one that is asked for late is not', () => {
    const failing = (): CooperativeTask =>
      cooperator.cooperate<CooperativeWork>(
        (function* () {
          yield* [];
          throw boom;
        })(),
      );
    failing();
    tick();
    expect(flushUnhandledErrors().map(({ value }) => value)).to.deep.equal([boom]);
    const task = failing();
    tick();
    expect(failureOf(task.whenDone()).value).to.equal(boom);
    expect(flushUnhandledErrors()).to.deep.equal([]);
  });

  it('a cancelled `whenDone()` gives up, and the task goes on', () => {
    const task = cooperator.cooperate(noting(1));
    const given = task.whenDone();
    given.cancel();
    expect(errorOf(given)).to.be.instanceOf(CancelledError);
    tick();
    tick();
    expect(isDone(task.whenDone())).to.equal(true);
  });

  // Twisted: RunStateTests.test_stopStops
  it('a stopped one takes no steps, and can’t be stopped or paused', () => {
    const task = cooperator.cooperate(noting(1, 2));
    const done = task.whenDone();
    tick();
    task.stop();
    tick();
    expect(steps).to.deep.equal([1, 'finally']);
    expect(errorOf(done)).to.be.instanceOf(TaskStopped).and.instanceOf(TaskFinished);
    expect(() => task.stop()).to.throw(TaskStopped);
    expect(() => task.pause()).to.throw(TaskStopped);
  });

  // Twisted: RunStateTests.test_pauseStopResume
  it('one that was paused and then stopped is resumed to no effect', () => {
    const task = cooperator.cooperate(noting(1));
    task.pause();
    task.stop();
    task.resume();
    expect([steps, clock.getDelayedCalls()]).to.deep.equal([[], []]);
  });

  // Twisted: RunStateTests.test_stopExhausted
  it('one that is done can’t be stopped: TaskDone', () => {
    const task = cooperator.cooperate(noting());
    tick();
    expect(() => task.stop()).to.throw(TaskDone);
  });

  it('tells the iterator that it is over, once, when it stops before the end', () => {
    const pending = new Deferred<void>();
    const task = cooperator.cooperate(noting(pending));
    tick();
    task.stop();
    expect(steps).to.deep.equal([pending, 'finally']);
    pending.errback(boom);
    expect(errorOf(pending)).to.equal(boom);
    expect(steps).to.have.lengthOf(2);
  });

  it('logs what an iterator throws when its task has ended', () => {
    using log = new LogCapture();
    const task = cooperator.cooperate({
      next: () => ({ done: false, value: 1 }),
      return: () => {
        throw boom;
      },
    } as Iterator<unknown>);
    task.stop();
    expect(log.flushErrors(() => true).map(({ properties }) => properties['error'])).to.deep.equal([boom]);
    function* stopping(): Generator<unknown, void> {
      yield* [];
      other.stop();
      throw boom;
    }
    const other: CooperativeTask = cooperator.cooperate<CooperativeWork>(stopping());
    tick();
    expect(log.flushErrors().map(({ properties }) => properties['error'])).to.deep.equal([boom]);
  });

  it('`using` stops it at the end of the block', () => {
    {
      using task = cooperator.cooperate(noting(1));
      expect(() => task.resume()).to.throw(NotPaused);
    }
    cooperator.cooperate(noting())[Symbol.dispose]();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});
