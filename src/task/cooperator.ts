/**
 * Work in steps, many at a time: each task's iterator takes a step in turn, until the tick's time is over; the next
 * tick goes on where this one has ended, after the reactor had its turn.
 *
 * - A tick takes the task at the front, lets it take a step and puts it at the end. Tasks that wait or are paused
 *   stand aside. (Taking an entry out of a Set and putting it in again while iterating means to meet it once more.)
 * - A tick is scheduled while there is a task to take a step, and never two of them.
 *
 * Twisted: `twisted.internet.task.Cooperator`.
 */
import { Deferred } from '../defer/index.js';
import type { IDelayedCall } from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import { CooperativeTask, type CooperativeWork } from './cooperative-task.js';

/** Asked after each step of a tick: true ends the tick. */
export type TerminationPredicate = () => boolean;

/** Arranges that `tick` is called once, soon, and not inside this. Any reactor's `callLater` with a short delay will do. */
export type CooperatorScheduler = (tick: () => void) => Pick<IDelayedCall, 'active' | 'cancel'>;

/** How a {@link Cooperator} divides time. */
export interface CooperatorOptions {
  /** Called when a tick begins. The default ends a tick after 10 ms. */
  readonly terminationPredicateFactory?: () => TerminationPredicate;
  /** The default is `callLater(0, tick)` of the default reactor. */
  readonly scheduler?: CooperatorScheduler;
  /** Whether it works from the beginning, without `start()`. Default true. */
  readonly started?: boolean;
}

/** What {@link coiterate} may be told. */
export interface CoiterateOptions<W> {
  /** Gets the result, beside the Deferred that is returned. */
  readonly doneDeferred?: Deferred<W>;
}

const SLICE_MS = 10;

/** Lets iterators take turns. Disposing it stops it. */
export class Cooperator implements Disposable {
  readonly #terminationPredicateFactory: () => TerminationPredicate;
  readonly #scheduler: CooperatorScheduler;
  readonly #tasks = new Set<CooperativeTask>();
  readonly #runnable = new Set<CooperativeTask>();
  #nextTick: ReturnType<CooperatorScheduler> | undefined;
  #started: boolean;
  #stopped = false;

  constructor({
    terminationPredicateFactory = timeSlice,
    scheduler = inTheDefaultReactor,
    started = true,
  }: CooperatorOptions = {}) {
    this.#terminationPredicateFactory = terminationPredicateFactory;
    this.#scheduler = scheduler;
    this.#started = started;
  }

  /** Whether tasks take steps: it was started and not stopped since. */
  get running(): boolean {
    return this.#started && !this.#stopped;
  }

  /**
   * Makes a task of an iterator or iterable, sync or async. Its first step comes in a later tick. If the Cooperator is stopped
   * the task is over at once, with SchedulerStopped. Throws a TypeError for what can't be iterated.
   */
  cooperate<W extends CooperativeWork>(work: W): CooperativeTask<W> {
    const task = new CooperativeTask(work, {
      runnable: (ready) => this.#add(ready),
      notRunnable: (waiting) => this.#remove(waiting),
      finished: (over) => this.#tasks.delete(over),
    });
    // What the task itself knows of its work's type is nothing to the Cooperator.
    const any = task as unknown as CooperativeTask;
    this.#tasks.add(any);
    if (this.#stopped) any.schedulerStopped();
    else this.#add(any);
    return task;
  }

  /**
   * As `cooperate`, but all there is of the task is a Deferred for its end; see {@link CooperativeTask.whenDone}.
   * Cancelling it stops the task.
   */
  coiterate<W extends CooperativeWork>(work: W, { doneDeferred }: CoiterateOptions<W> = {}): Deferred<W> {
    const task = this.cooperate(work);
    const finished = task.whenDone();
    const done = new Deferred<W>(() => {
      finished.cancel();
      task[Symbol.dispose]();
    });
    finished.addBoth((result) => {
      doneDeferred?.callback(result);
      done.callback(result);
    });
    return done;
  }

  /** Begins to work, also after `stop()`. Throws an Error if it is running. */
  start(): void {
    if (this.running) throw new Error('The cooperator is running already');
    this.#started = true;
    this.#stopped = false;
    this.#schedule();
  }

  /** Ends all tasks, those too that are paused or wait: they fail with SchedulerStopped. New ones fail at once. */
  stop(): void {
    this.#stopped = true;
    for (const task of this.#tasks) task.schedulerStopped();
    this.#unschedule();
  }

  /** Stops it: tasks fail with SchedulerStopped. */
  [Symbol.dispose](): void {
    this.stop();
  }

  readonly #tick = (): void => {
    this.#nextTick = undefined;
    const isOver = this.#terminationPredicateFactory();
    try {
      for (const task of this.#runnable) {
        this.#runnable.delete(task);
        task.step();
        if (task.isRunnable) this.#runnable.add(task);
        if (isOver()) break;
      }
    } finally {
      this.#schedule();
    }
  };

  #add(task: CooperativeTask): void {
    this.#runnable.add(task);
    this.#schedule();
  }

  #remove(task: CooperativeTask): void {
    this.#runnable.delete(task);
    if (this.#runnable.size === 0) this.#unschedule();
  }

  #schedule(): void {
    // A reactor that was closed has cancelled the tick without a word.
    if (!this.running || this.#runnable.size === 0 || this.#nextTick?.active() === true) return;
    this.#nextTick = this.#scheduler(this.#tick);
  }

  #unschedule(): void {
    if (this.#nextTick?.active() === true) this.#nextTick.cancel();
    this.#nextTick = undefined;
  }
}

function timeSlice(): TerminationPredicate {
  const end = performance.now() + SLICE_MS;
  return () => performance.now() > end;
}

function inTheDefaultReactor(tick: () => void): IDelayedCall {
  return getReactor().callLater(0, tick);
}
