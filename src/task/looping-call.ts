import { inspect } from 'node:util';
import { Deferred, type Failure, maybeDeferred } from '../defer/index.js';
import type { IDelayedCall, IReactorTime } from '../interfaces/index.js';
import { withState } from '../logger/index.js';
import { getReactor } from '../reactor/index.js';

/**
 * How the beat is kept:
 *
 * - A run has a grid of moments, its start and each whole interval after it. After a call the next one is due at the
 *   first moment of the grid that is still to come. So a late call doesn't make the next ones late, and moments that
 *   went by during a slow call, or while the clock jumped, are left out and not made up for.
 * - Sums of floating point numbers miss the grid by a hair: ten times 0.1 is less than 1. A time that is nearer to a
 *   moment of the grid than `TOLERANCE` is that moment, and the next one is a whole interval after the time, not a
 *   hair after it.
 */

/** In intervals. A sum of a hundred thousand intervals is off by less, and nobody can tell it from nothing. */
const TOLERANCE = 1e-6;

type CountedFunction = (count: number, ...args: readonly unknown[]) => unknown;

/** What a {@link LoopingCall} needs of a clock: any reactor's will do, and `Clock`. */
export type LoopClock = Pick<IReactorTime, 'callLater' | 'seconds'>;

/** How a run of a {@link LoopingCall} begins and ends. */
export interface LoopingCallStartOptions {
  /** Whether the first call is made inside `start()`, else one interval later. Default true. */
  readonly now?: boolean;
  /** Aborting it does what `stop()` does. If it is aborted already, no call is made. */
  readonly signal?: AbortSignal;
}

/**
 * Calls a function again and again, at a fixed interval. If it returns a Deferred or a promise, the next call waits
 * for that. `using loop = new LoopingCall(f)` stops it at the end of the block.
 *
 * Twisted: `twisted.internet.task.LoopingCall`.
 */
export class LoopingCall<A extends readonly unknown[] = []> implements Disposable {
  readonly #f: (...args: A) => unknown;
  readonly #args: A;
  /** Whether the function gets the count of intervals before its other arguments. */
  #counting = false;
  #clock: LoopClock | undefined;
  #interval = 0;

  // What belongs to a run:
  #running = false;
  #runClock: LoopClock | undefined;
  #ended: Deferred<this> | undefined;
  #startTime = 0;
  #countedUntil = 0;
  #delayedCall: IDelayedCall | undefined;
  #underWay: Deferred<unknown> | undefined;

  /** Throws a TypeError if `f` isn't a function. */
  constructor(f: (...args: A) => unknown, ...args: A) {
    if (typeof f !== 'function') throw new TypeError('LoopingCall takes a function to call');
    this.#f = f;
    this.#args = args;
  }

  /**
   * A loop that passes a count before the other arguments: how many intervals have gone by since the call before. It is
   * 1 unless moments were left out, and never 0. With an interval of 0 it is always 1.
   */
  static withCount<A extends readonly unknown[] = []>(
    f: (count: number, ...args: A) => unknown,
    ...args: A
  ): LoopingCall<A> {
    const loop = new LoopingCall<A>(f as unknown as (...args: A) => unknown, ...args);
    loop.#counting = true;
    return loop;
  }

  /** The clock of the next run: the default reactor unless another was set. A run keeps the one it began with. */
  get clock(): LoopClock {
    return this.#clock ?? getReactor();
  }

  /** Counts from the next run on. */
  set clock(clock: LoopClock) {
    this.#clock = clock;
  }

  /** From `start()` until `stop()`, or until a call fails. */
  get running(): boolean {
    return this.#running;
  }

  /**
   * In seconds, as it was given to `start()` last. A new one counts from the next scheduling on, that is when the call
   * that is due has been made. Setting it throws a RangeError if it is negative or not finite.
   */
  get interval(): number {
    return this.#interval;
  }

  /** Throws a RangeError for one that is negative or not finite. */
  set interval(interval: number) {
    if (!(interval >= 0 && interval < Infinity)) {
      throw new RangeError(`The interval must be 0 s or more and finite, not ${interval}`);
    }
    this.#interval = interval;
  }

  /**
   * Begins to call, every `interval` seconds; 0 means in each turn. The Deferred fires with this loop when it was
   * stopped and no call is under way any more. It fails with whatever a call throws or fails with, which ends the loop.
   * Cancelling it ends the loop and cancels what a call has returned and is waited for.
   *
   * Throws a RangeError for a negative interval, an Error while the loop runs or the last call of its last run is
   * waited for.
   */
  start(interval: number, { now = true, signal }: LoopingCallStartOptions = {}): Deferred<this> {
    if (this.#running) throw new Error('The looping call is running already');
    if (this.#ended !== undefined) throw new Error('The last call of the looping call is still under way');
    this.interval = interval;
    const clock = this.clock;
    const ended = new Deferred<this>(() => this.#cancelled());
    this.#running = true;
    this.#ended = ended;
    this.#runClock = clock;
    this.#startTime = clock.seconds();
    this.#countedUntil = now ? this.#startTime - interval : this.#startTime;
    if (signal !== undefined) this.#stopOnAbort(signal, ended);
    if (signal?.aborted === true) this.#end();
    else if (now) this.#call();
    else this.#goOn();
    return ended;
  }

  /**
   * No more calls. What `start()` returned fires: inside this, or, if a call is under way, when that has ended. Throws
   * an Error unless the loop is running.
   */
  stop(): void {
    this.#requireRunning();
    this.#running = false;
    if (this.#delayedCall === undefined) return;
    this.#delayedCall[Symbol.dispose]();
    this.#end();
  }

  /**
   * The next call is due one interval from now, and the later ones in step with it; intervals are counted from now, too.
   * Throws an Error unless the loop is running.
   */
  reset(): void {
    this.#requireRunning();
    this.#startTime = this.#time();
    this.#countedUntil = this.#startTime;
    if (this.#delayedCall === undefined) return;
    this.#delayedCall[Symbol.dispose]();
    this.#goOn();
  }

  /** Stops it if it is running. */
  [Symbol.dispose](): void {
    if (this.#running) this.stop();
  }

  /** `LoopingCall(0.5 s, f, 'argument')`. */
  toString(): string {
    const name = this.#f.name === '' ? '(anonymous)' : this.#f.name;
    const args = this.#args.map((argument) => `, ${inspect(argument, { depth: 0 })}`).join('');
    return `LoopingCall(${this.#interval} s, ${name}${args})`;
  }

  /** As `toString()`, and whether it runs. */
  [inspect.custom](): string {
    return withState(this.toString(), this.#running ? 'running' : 'not running');
  }

  readonly #call = (): void => {
    this.#delayedCall = undefined;
    const result = maybeDeferred(() => this.#makeCall());
    this.#underWay = result;
    result.addCallbacks(
      () => this.#called(),
      (failure) => this.#failed(failure),
    );
  };

  #makeCall(): unknown {
    if (!this.#counting) return this.#f(...this.#args);
    const count = this.#takeCount();
    return count > 0 ? (this.#f as unknown as CountedFunction)(count, ...this.#args) : undefined;
  }

  #called(): void {
    this.#underWay = undefined;
    if (this.#running) this.#goOn();
    else this.#end();
  }

  #failed(failure: Failure): void {
    this.#underWay = undefined;
    this.#end(failure);
  }

  /** Schedules the next call. If that can't be done, since the reactor was closed, the loop ends with that. */
  #goOn(): void {
    const clock = this.#runClock as LoopClock;
    try {
      this.#delayedCall = clock.callLater(this.#untilNext(clock.seconds()), this.#call);
    } catch (error) {
      this.#end(error);
    }
  }

  /** From `now` to the first moment of the grid after it. */
  #untilNext(now: number): number {
    if (this.#interval === 0) return 0;
    const passed = (now - this.#startTime) / this.#interval;
    const sinceMoment = passed - this.#momentAt(now);
    return sinceMoment <= TOLERANCE ? this.#interval : (1 - sinceMoment) * this.#interval;
  }

  /** The number of the last moment of the grid at `time`; the start is number 0. */
  #momentAt(time: number): number {
    return Math.floor((time - this.#startTime) / this.#interval + TOLERANCE);
  }

  /** How many intervals have gone by since this was asked last. */
  #takeCount(): number {
    const since = this.#countedUntil;
    const now = this.#time();
    this.#countedUntil = now;
    return this.#interval === 0 ? 1 : this.#momentAt(now) - this.#momentAt(since);
  }

  #time(): number {
    return (this.#runClock as LoopClock).seconds();
  }

  /** The run is over, and no call is under way. Whoever cancelled it knows already. */
  #end(reason?: unknown): void {
    const ended = this.#ended;
    this.#running = false;
    this.#delayedCall = undefined;
    this.#ended = undefined;
    if (ended === undefined || ended.called) return;
    if (reason === undefined) ended.callback(this);
    else ended.errback(reason);
  }

  #cancelled(): void {
    this.#running = false;
    if (this.#delayedCall === undefined) {
      this.#underWay?.cancel();
    } else {
      this.#delayedCall[Symbol.dispose]();
      this.#delayedCall = undefined;
      this.#ended = undefined;
    }
  }

  #stopOnAbort(signal: AbortSignal, ended: Deferred<this>): void {
    const stop = (): void => this[Symbol.dispose]();
    signal.addEventListener('abort', stop, { once: true });
    ended.addBoth((result) => {
      signal.removeEventListener('abort', stop);
      return result;
    });
  }

  #requireRunning(): void {
    if (!this.#running) throw new Error('The looping call is not running');
  }
}
