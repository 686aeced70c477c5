import { Deferred, Failure, ensureDeferred, fail } from '../defer/index.js';
import { getLog } from '../logger/index.js';
import { NotPaused, SchedulerStopped, TaskDone, TaskFailed, TaskStopped } from './cooperator-errors.js';

const log = getLog('task');

/** Work in steps: each `next()` is one. A step that yields a Deferred or a promise makes the work wait for it. */
export type CooperativeWork =
  Iterator<unknown> | Iterable<unknown> | AsyncIterator<unknown> | AsyncIterable<unknown>;

/** What a task needs of its Cooperator. */
export interface CooperativeTaskOwner {
  /** The task may take steps from now on, or may not. */
  runnable(task: CooperativeTask): void;
  /** The task may take no steps from now on. */
  notRunnable(task: CooperativeTask): void;
  /** The task is over; nothing will be heard of it. */
  finished(task: CooperativeTask): void;
}

type Step = IteratorResult<unknown>;
type Steps = Iterator<unknown> | AsyncIterator<unknown>;

/**
 * The work on one iterator. `Cooperator.cooperate` makes it. Disposing it stops it, if it isn't over.
 *
 * When the work ends before the iterator does, the iterator's `return()` is called, so that a generator's `finally`
 * blocks run. Twisted: `CooperativeTask`.
 */
export class CooperativeTask<W extends CooperativeWork = CooperativeWork> implements Disposable {
  readonly #work: W;
  readonly #steps: Steps;
  readonly #owner: CooperativeTaskOwner;
  readonly #waiters = new Set<Deferred<W>>();
  #pauses = 0;
  /** Whether a Deferred or a promise is waited for. */
  #waiting = false;
  #stepping = false;
  #closed = false;
  /** Why it is over, and what is told of that. */
  #finished: Error | undefined;
  #result: W | Failure | undefined;
  /** Carries a failure that nobody has asked for yet, so that it is reported if nobody ever does. */
  #unasked: Deferred<never> | undefined;

  /** Only a Cooperator makes tasks. Throws a TypeError for what can't be iterated. */
  constructor(work: W, owner: CooperativeTaskOwner) {
    this.#work = work;
    this.#steps = stepsOf(work);
    this.#owner = owner;
  }

  /** @internal Whether it may take a step. */
  get isRunnable(): boolean {
    return this.#finished === undefined && this.#pauses === 0 && !this.#waiting;
  }

  /**
   * A Deferred that fires with what was given to `cooperate` when that has come to its end. It fails with what the iterator threw,
   * or what it yielded failed with; with TaskStopped or SchedulerStopped. Each call gives a new one.
   */
  whenDone(): Deferred<W> {
    const done = new Deferred<W>((given) => this.#waiters.delete(given));
    if (this.#result === undefined) {
      this.#waiters.add(done);
      return done;
    }
    this.#unasked?.addErrback(nothing);
    this.#unasked = undefined;
    done.callback(this.#result);
    return done;
  }

  /** No more steps until `resume()` was called as often. Throws TaskDone, TaskStopped, TaskFailed or SchedulerStopped if it is over. */
  pause(): void {
    this.#requireUnfinished();
    this.#pauses += 1;
    this.#owner.notRunnable(this);
  }

  /** Takes one `pause()` back. The next step comes in a later tick, never inside this. Throws NotPaused. */
  resume(): void {
    if (this.#pauses === 0) throw new NotPaused();
    this.#pauses -= 1;
    this.#runIfRunnable();
  }

  /** No more steps at all. Throws as `pause()` does if it is over. */
  stop(): void {
    this.#requireUnfinished();
    this.#finish(new TaskStopped(), new Failure(new TaskStopped()));
    this.#close();
  }

  /** Stops it if it isn't over. */
  [Symbol.dispose](): void {
    if (this.#finished === undefined) this.stop();
  }

  /** @internal Its Cooperator is stopped. */
  schedulerStopped(): void {
    this.#finish(new SchedulerStopped(), new Failure(new SchedulerStopped()));
    this.#close();
  }

  /** @internal Takes one step. */
  step(): void {
    let step: Step | Promise<Step>;
    this.#stepping = true;
    try {
      step = this.#steps.next();
    } catch (error) {
      this.#stepping = false;
      if (this.#finished === undefined) this.#failed(Failure.from(error));
      else threwAfterwards(Failure.from(error));
      return;
    }
    this.#stepping = false;
    if (isThenable(step)) this.#waitFor(step, (taken) => this.#took(taken));
    else this.#took(step);
  }

  #took({ done, value }: Step): void {
    if (this.#finished !== undefined) {
      // It was stopped from inside the step.
      if (done !== true) this.#close();
    } else if (done === true) {
      this.#finish(new TaskDone(), this.#work);
    } else if (isThenable(value)) {
      this.#waitFor(value, nothing);
    }
  }

  #waitFor<T>(result: PromiseLike<T>, then: (value: T) => void): void {
    this.#waiting = true;
    ensureDeferred(result).addCallbacks(
      (value): T => {
        this.#waiting = false;
        then(value);
        this.#runIfRunnable();
        return value;
      },
      (failure) => {
        // Whoever stopped it hears nothing of it any more: the failure stays where it was.
        if (this.#finished !== undefined) return failure;
        this.#waiting = false;
        this.#failed(failure);
        this.#close();
        return undefined;
      },
    );
    if (!this.isRunnable) this.#owner.notRunnable(this);
  }

  #failed(failure: Failure): void {
    if (this.#waiters.size === 0) this.#unasked = fail(failure);
    this.#finish(new TaskFailed(undefined, { cause: failure.value }), failure);
  }

  #finish(finished: Error, result: W | Failure): void {
    this.#finished = finished;
    this.#result = result;
    this.#owner.notRunnable(this);
    this.#owner.finished(this);
    for (const done of this.#waiters) done.callback(result);
    this.#waiters.clear();
  }

  /** Tells the iterator that nobody asks for more. One that is inside its `next()` is told after that. */
  #close(): void {
    if (this.#stepping || this.#closed) return;
    this.#closed = true;
    try {
      const closed = this.#steps.return?.();
      if (isThenable(closed)) ensureDeferred<unknown>(closed).addErrback(threwAfterwards);
    } catch (error) {
      threwAfterwards(Failure.from(error));
    }
  }

  #runIfRunnable(): void {
    if (this.isRunnable) this.#owner.runnable(this);
  }

  #requireUnfinished(): void {
    if (this.#finished !== undefined) throw this.#finished;
  }
}

function stepsOf(work: CooperativeWork): Steps {
  const { [Symbol.iterator]: iterator, [Symbol.asyncIterator]: asyncIterator, next } =
    // A string has an iterator, too.
    Object(work) as Partial<Iterable<unknown> & AsyncIterable<unknown> & Iterator<unknown>>;
  if (typeof iterator === 'function') return iterator.call(work);
  if (typeof asyncIterator === 'function') return asyncIterator.call(work);
  if (typeof next === 'function') return work as Steps;
  throw new TypeError('A task needs an iterator or an iterable');
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function nothing(): void {
  // The next step takes place in its own time.
}

function threwAfterwards(failure: Failure): void {
  log.failure('An iterator threw when its task had ended', failure);
}
