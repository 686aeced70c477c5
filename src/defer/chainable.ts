import { cancelOnAbort, type AbortOptions } from './abort-signal.js';
import type { Deferred } from './deferred.js';
import { isFailure, type Failure } from './failure.js';
import { checkFunction, type Settled, type StepFunction, type StepResult } from './step.js';
import { limitTime, type ICallLater } from './time-limit.js';

/**
 * What can be chained to a Deferred, and the ways to wait for it: the part of a Deferred that only needs to be able to
 * add steps. Each `add...` returns this same Deferred under the type that the chain has from there on.
 *
 * It has no fields, and all of a Deferred's are in the class derived from it: the other way round, on Node 20, V8 took
 * 20 ns instead of 8 to make one.
 */
export abstract class Chainable<T> implements PromiseLike<T> {
  /** Cancels it; the whole of the contract stands at the Deferred. */
  abstract cancel(cause?: unknown): void;

  /** Puts a step at the end and runs it if its turn has come. */
  protected abstract addStep(callback: StepFunction | undefined, errback: StepFunction | undefined): void;

  /** Somebody else carries `failure` on: if it stays at the chain's end, that is nobody's fault. */
  protected abstract excuse(failure: Failure): void;

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
    this.addStep(callback, errback);
    return this as unknown as Deferred<never>;
  }

  /** Adds a step for results only. */
  addCallback<U = never>(callback: (result: T) => StepResult<U>): Deferred<Settled<U>> {
    checkFunction(callback, 'callback');
    this.addStep(callback, undefined);
    return this as unknown as Deferred<never>;
  }

  /** Adds a step for failures only. What it returns is the result from there on. */
  addErrback<U = never>(errback: (failure: Failure) => StepResult<U>): Deferred<T | Settled<U>> {
    checkFunction(errback, 'errback');
    this.addStep(undefined, errback);
    return this as unknown as Deferred<never>;
  }

  /** Adds a step for both. */
  addBoth<U = never>(callback: (result: T | Failure) => StepResult<U>): Deferred<Settled<U>> {
    checkFunction(callback, 'callback');
    this.addStep(callback, callback);
    return this as unknown as Deferred<never>;
  }

  /**
   * Cancels it unless it has a result within `timeout` seconds by `clock`. The CancelledError then becomes a
   * TimeoutError, or whatever `onTimeoutCancel` makes of the result that there is after the cancelling. It covers
   * the steps added so far; those added later don't count. Throws a RangeError for a timeout that is negative or
   * not a number.
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
      this.relay((result) => {
        if (isFailure(result)) reject(result.value);
        else resolve(result);
      });
    });
  }

  /** For `await`: the same as `toPromise().then(...)`. */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.toPromise().then(onFulfilled, onRejected);
  }

  /**
   * For `yield*` in the generators of `inlineCallbacks`: `const n = yield* deferred` waits for the result, and throws
   * the failure's value, as `await` does; the type is known.
   */
  *[Symbol.iterator](): Generator<Deferred<T>, T, unknown> {
    return (yield this as unknown as Deferred<T>) as T;
  }

  /**
   * Calls `f` with the result or failure reached here, and leaves it in place; a failure counts as handled, as `f`
   * carries it on. `f` must not throw.
   *
   * @internal
   */
  relay(f: (result: T | Failure) => void): void {
    this.addBoth((result) => {
      if (isFailure(result)) this.excuse(result);
      f(result);
      return result;
    });
  }
}
