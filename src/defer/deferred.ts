/**
 * A Deferred is a result that isn't there yet, with the chain of callbacks that wait for it.
 *
 * - The chain is a list of steps, a callback and an errback each. Firing runs them in order, each with what the
 *   one before returned; an exception or a Failure takes the errbacks from there on, a plain value the callbacks.
 * - Steps run synchronously: on firing, or when they are added to a Deferred that has fired. A step that is
 *   added from inside a running step runs after it, at the chain's end.
 * - A step that returns a Deferred moves its result: the inner one's becomes undefined, the outer one goes on
 *   with it. If it isn't there yet, the inner chain gets one more step at its end, which says who waits.
 * - However long such a chain is, one loop runs it (`#run`); the JavaScript stack doesn't grow.
 *
 * Twisted: `twisted.internet.defer.Deferred`.
 */
import { inspect } from 'node:util';
import { cancelOnAbort, type AbortOptions } from './abort-signal.js';
import { DebugInfo, getDebugging } from './debug-info.js';
import { AlreadyCalledError, CancelledError } from './errors.js';
import { Failure } from './failure.js';
import { PromiseLink } from './promise-link.js';
import { checkFunction, Step, type Settled, type StepFunction, type StepResult } from './step.js';
import { limitTime, type ICallLater } from './time-limit.js';
import { forgetUnhandled, watchUnhandled } from './unhandled-errors.js';

export type { ICallLater, Settled, StepResult };

/*
 * The bits of a Deferred's state. They share one small integer since most questions are about several of them
 * ("fired and free to run?" is one comparison), and since Deferreds are many and should be small. They stand here
 * since V8 doesn't take what is imported for a constant: from a file of their own they made firing 15% slower.
 */
const FIRED = 1;
const RUNNING = 2; // One of its steps is being called.
const WAITING = 4; // It has no result until another Deferred hands it one.
const FORGIVING = 8; // Cancelled without a canceller, so whoever is to fire it doesn't know: once, that is forgiven.
const PAUSED_ONCE = 16; // From this bit on, the calls of `pause` are counted.

/** How long a circle of Deferreds that wait for each other is found out; looking further would make long chains slow. */
const CYCLE_MAX = 100;

/**
 * A result that will be there later.
 *
 * `T` is what the next callback gets; each `add...` returns this same Deferred under the type that the chain has
 * from there on. A Deferred can be awaited: `await` gives the result at the chain's present end, or throws the
 * failure's value, and leaves the result in place; a failure counts as handled then, as the promise carries it.
 */
export class Deferred<T> implements PromiseLike<T> {
  #state = 0;
  #result: unknown = undefined;
  #first: Step | undefined = undefined;
  #last: Step | undefined = undefined;
  #source: Deferred<unknown> | undefined = undefined;
  #canceller: ((deferred: Deferred<never>) => void) | undefined;
  #info: DebugInfo | undefined;

  /**
   * @param canceller is called by {@link cancel}, at most once, with this Deferred, while it hasn't fired. It should
   * stop what would have fired it, and may fire it itself; if it doesn't, the Deferred fails with CancelledError.
   */
  constructor(canceller?: (deferred: Deferred<T>) => void) {
    this.#canceller = canceller;
    this.#info = getDebugging() ? new DebugInfo() : undefined;
  }

  /**
   * A Deferred that gets what becomes of `promise`. Cancelling it lets go of the promise, which nothing stops.
   * Instead of a promise it takes a function that starts one: its AbortSignal is aborted when the Deferred is
   * cancelled. `options.signal` works the other way: when it is aborted the Deferred is cancelled.
   */
  static fromPromise<T>(
    promise: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
    options: AbortOptions = {},
  ): Deferred<T> {
    const link = new PromiseLink<T>();
    const deferred = new Deferred<T>(() => {
      link.cut();
    });
    link.deferred = deferred;
    if (options.signal !== undefined) cancelOnAbort(deferred, options.signal);
    link.follow(promise);
    return deferred;
  }

  /** True once it was fired or cancelled, even if a step keeps its chain waiting. */
  get called(): boolean {
    return (this.#state & FIRED) !== 0;
  }

  /** How often it is paused: by `pause`, and once if it waits for a Deferred that a step returned. */
  get paused(): number {
    return Math.floor(this.#state / PAUSED_ONCE) + ((this.#state & WAITING) === 0 ? 0 : 1);
  }

  /**
   * Adds a step: `callback` gets a result, `errback` a Failure, and only one of them is called. Without an
   * errback a failure passes by. Throws a TypeError at once for what isn't a function.
   */
  addCallbacks<U, V = never>(
    callback: (result: T) => StepResult<U>,
    errback?: (failure: Failure) => StepResult<V>,
  ): Deferred<Settled<U | V>> {
    checkFunction(callback, 'callback');
    if (errback !== undefined) checkFunction(errback, 'errback');
    return this.#append(new Step(callback as StepFunction, errback, undefined, false));
  }

  /** Adds a step for results only. */
  addCallback<U = never>(callback: (result: T) => StepResult<U>): Deferred<Settled<U>> {
    checkFunction(callback, 'callback');
    return this.#append(new Step(callback as StepFunction, undefined, undefined, false));
  }

  /** Adds a step for failures only. What it returns is the result from there on. */
  addErrback<U = never>(errback: (failure: Failure) => StepResult<U>): Deferred<T | Settled<U>> {
    checkFunction(errback, 'errback');
    return this.#append(new Step(undefined, errback, undefined, false));
  }

  /** Adds a step for both. */
  addBoth<U = never>(callback: (result: T | Failure) => StepResult<U>): Deferred<Settled<U>> {
    checkFunction(callback, 'callback');
    return this.#append(new Step(callback as StepFunction, callback as StepFunction, undefined, false));
  }

  /**
   * Adds a step that fires `other` with the result or failure reached here; this Deferred's own result is
   * undefined from there on. Nobody else should fire `other`.
   */
  chainDeferred(other: Deferred<T>): Deferred<void> {
    if (!(other instanceof Deferred)) throw new TypeError('chainDeferred() takes a Deferred');
    return this.#append(new Step(undefined, undefined, other as Deferred<unknown>, false));
  }

  /**
   * Fires it with a result; a Failure as result is the same as `errback`. The steps run before this returns.
   * Throws AlreadyCalledError if it was fired before, TypeError for a Deferred as result.
   */
  callback(result: T | Failure): void {
    if (result instanceof Deferred) {
      throw new TypeError('A Deferred is not a result: return it from a callback, or use chainDeferred()');
    }
    if (this.#begin(result)) this.#run();
  }

  /** Fires it with a failure: a Failure, or what one is to be made of. Throws AlreadyCalledError. */
  errback(reason: unknown): void {
    if (this.#begin(Failure.from(reason))) this.#run();
  }

  /** Runs no more steps until `unpause` was called as often. */
  pause(): void {
    this.#state += PAUSED_ONCE;
  }

  /** Takes one `pause` back, and runs what waited if it was the last. Throws an Error without a `pause`. */
  unpause(): void {
    if (this.#state < PAUSED_ONCE) throw new Error('unpause() without pause()');
    this.#state -= PAUSED_ONCE;
    this.#run();
  }

  /**
   * Asks for the result no more. Before it has fired, the canceller is called, and if that doesn't fire it, it
   * fails with a CancelledError (whose cause is `cause`). While it waits for a Deferred that a step returned,
   * that one is cancelled instead. Otherwise this does nothing.
   *
   * Without a canceller, the one `callback` or `errback` that comes too late is ignored. A canceller that throws
   * fails the Deferred with its error.
   */
  cancel(cause?: unknown): void {
    const innermost = this.#innermost();
    if (innermost !== this) innermost.cancel(cause);
    else if (!this.called) this.#cancelUnfired(cause);
  }

  /**
   * Cancels it unless it has a result within `timeout` seconds by `clock`. The CancelledError then becomes a
   * TimeoutError, or whatever `onTimeoutCancel` makes of the result that there is after the cancelling. It covers
   * the steps added so far; those added later don't count. Throws what `clock.callLater` throws, e.g. a
   * RangeError for a negative timeout.
   */
  addTimeout<U = never>(
    timeout: number,
    clock: ICallLater,
    onTimeoutCancel?: (result: T | Failure, timeout: number) => StepResult<U>,
  ): Deferred<T | Settled<U>> {
    return limitTime(this, timeout, clock, onTimeoutCancel);
  }

  /** A native promise of the result at the chain's present end. `options.signal`, aborted, cancels the Deferred. */
  toPromise(options: AbortOptions = {}): Promise<T> {
    if (options.signal !== undefined) cancelOnAbort(this, options.signal);
    return new Promise<T>((resolve, reject) => {
      this.addCallbacks(
        (result) => {
          resolve(result);
          return result;
        },
        (failure) => {
          this.#info ??= new DebugInfo();
          this.#info.excused = failure;
          reject(failure.value);
          return failure;
        },
      );
    });
  }

  /** For `await`: the same as `toPromise().then(...)`. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.toPromise().then(onFulfilled, onRejected);
  }

  /** One line: whether it has fired, its result or failure, whom it waits for. */
  toString(): string {
    const paused = this.#state < PAUSED_ONCE ? '' : ', paused';
    return `Deferred(${this.#describeResult()}${paused})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #describeResult(): string {
    if (!this.called) return 'pending';
    if (this.#source !== undefined) return `waiting for ${this.#innermost().toString()}`;
    if (this.#result instanceof Failure) return `failure: ${this.#result.toString()}`;
    return `result: ${inspect(this.#result, { depth: 0, breakLength: Infinity, compact: true })}`;
  }

  /** The Deferred that everything here waits for in the end; this one if it doesn't wait. */
  #innermost(): Deferred<unknown> {
    let innermost: Deferred<unknown> = this as Deferred<unknown>;
    while (innermost.#source !== undefined) innermost = innermost.#source;
    return innermost;
  }

  /** Puts a step at the end and runs it if its turn has come. The type that results is for the caller to say. */
  #append<U>(step: Step): Deferred<U> {
    if (this.#last === undefined) this.#first = step;
    else this.#last.next = step;
    this.#last = step;
    if ((this.#state & FIRED) !== 0) this.#run();
    return this as Deferred<unknown> as Deferred<U>;
  }

  /** Takes the first result; false if it comes too late and that is forgiven. Runs nothing. */
  #begin(result: unknown): boolean {
    if ((this.#state & FIRED) !== 0) {
      if ((this.#state & FORGIVING) === 0) {
        throw new AlreadyCalledError(`The Deferred has already been fired${this.#info?.describe() ?? ''}`);
      }
      this.#state &= ~FORGIVING;
      return false;
    }
    this.#state |= FIRED;
    this.#canceller = undefined;
    this.#info?.recordFiring();
    this.#result = result;
    return true;
  }

  #cancelUnfired(cause: unknown): void {
    const canceller = this.#canceller;
    if (canceller === undefined) {
      this.#state |= FORGIVING;
    } else {
      this.#canceller = undefined;
      try {
        canceller(this as Deferred<unknown> as Deferred<never>);
      } catch (error) {
        if (this.called) throw error;
        this.errback(error);
      }
    }
    if (!this.called) this.errback(new CancelledError(undefined, cause === undefined ? {} : { cause }));
  }

  #run(): void {
    const receiver = this.#runSteps();
    if (receiver !== undefined) this.#runFrom(receiver);
  }

  /**
   * Goes on where the result went, from one Deferred to the next. One whose result moved on while it has steps
   * left gets them run after all those that its result went to.
   */
  #runFrom(receiver: Deferred<unknown>): void {
    const unfinished: Deferred<unknown>[] = this.#first === undefined ? [] : [this as Deferred<unknown>];
    let current: Deferred<unknown> | undefined = receiver;
    while (current !== undefined) {
      const next = current.#runSteps();
      if (next !== undefined && current.#first !== undefined) unfinished.push(current);
      current = next ?? unfinished.pop();
    }
  }

  /** Runs steps until none can run, or until the result has moved: then it returns the Deferred that has it now. */
  #runSteps(): Deferred<unknown> | undefined {
    // Neither waiting, nor paused, nor already running further up the stack.
    if ((this.#state & ~FORGIVING) !== FIRED) {
      if ((this.#state & RUNNING) === 0) this.#noteOutcome();
      return undefined;
    }
    this.#state |= RUNNING;
    let receiver: Deferred<unknown> | undefined;
    for (let step = this.#first; step !== undefined; step = this.#first) {
      this.#first = step.next;
      if (step.next === undefined) this.#last = undefined;
      if (step.receiver !== undefined) {
        if (step.receiverWaits) this.#resume(step.receiver);
        else if (!this.#fire(step.receiver)) continue;
        receiver = step.receiver;
        break;
      }
      const f = this.#result instanceof Failure ? step.errback : step.callback;
      if (f === undefined) continue;
      let result: unknown;
      try {
        result = f(this.#result as never);
        if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
          result = this.#adopt(result);
        }
      } catch (error) {
        result = Failure.from(error);
      }
      this.#result = result;
      // The step may have paused this Deferred, or have returned one that has to be waited for.
      if ((this.#state & ~FORGIVING) !== (FIRED | RUNNING)) break;
    }
    this.#state &= ~RUNNING;
    if (receiver === undefined) this.#noteOutcome();
    return receiver;
  }

  #noteOutcome(): void {
    if (this.#result instanceof Failure) {
      watchUnhandled(this, (this.#info ??= new DebugInfo()), this.#result);
    } else if (this.#info !== undefined) {
      forgetUnhandled(this.#info);
    }
  }

  /** The result that an object returned by a step stands for; undefined if it has to be waited for. */
  #adopt(returned: object): unknown {
    if (returned instanceof Failure) return returned;
    if (typeof (returned as { then?: unknown }).then !== 'function') return returned;
    const later = returned as PromiseLike<unknown>;
    const inner = later instanceof Deferred ? (later as Deferred<unknown>) : Deferred.fromPromise(later);
    if (this.#isWaitedForBy(inner))
      throw new TypeError('A callback returned a Deferred that waits for its own');
    if ((inner.#state & ~FORGIVING) === FIRED && inner.#first === undefined) return inner.#takeResult();
    this.#result = undefined;
    this.#source = inner;
    this.#state |= WAITING;
    // If inner's result has just moved on and only its later steps are left, they run now and end the waiting.
    inner.#append(new Step(undefined, undefined, this as Deferred<unknown>, true));
    return this.#result;
  }

  /** Whether `other` is this Deferred or waits for it, looking no further than `CYCLE_MAX` Deferreds. */
  #isWaitedForBy(other: Deferred<unknown>): boolean {
    let waiting: Deferred<unknown> | undefined = other;
    for (let hops = 0; waiting !== undefined && hops < CYCLE_MAX; hops += 1) {
      if (waiting === this) return true;
      waiting = waiting.#source;
    }
    return false;
  }

  /** Gives the result to one that waits for it. */
  #resume(waiting: Deferred<unknown>): void {
    waiting.#source = undefined;
    waiting.#state &= ~WAITING;
    waiting.#result = this.#takeResult();
  }

  /** Fires one that is chained to this with the result; false if that one doesn't go on with it. */
  #fire(chained: Deferred<unknown>): boolean {
    try {
      const begun = chained.#begin(this.#result);
      this.#takeResult();
      return begun;
    } catch (error) {
      this.#result = Failure.from(error);
      return false;
    }
  }

  /** The result leaves this Deferred, and with it the duty to handle a failure. */
  #takeResult(): unknown {
    const result = this.#result;
    this.#result = undefined;
    if (this.#info !== undefined) forgetUnhandled(this.#info);
    return result;
  }
}
