import { AsyncCall } from './async-call.js';
import { Coroutine, isGenerator } from './coroutine.js';
import { Deferred, type Settled, type StepResult } from './deferred.js';
import { NotACoroutineError } from './errors.js';
import { isThenable } from './thenable.js';

/**
 * A Deferred for what comes of `source`: `source` itself if it is a Deferred; of a promise what becomes of it; of a
 * generator what it comes to, run as `inlineCallbacks` does it. An async function is called, with an AbortSignal that
 * is aborted when the Deferred is cancelled: the Deferred then gets what the function makes of that, and cancelling it
 * a second time lets go of the function. Throws NotACoroutineError for anything else. Twisted: `ensureDeferred`,
 * `Deferred.fromCoroutine`.
 */
export function ensureDeferred<T>(source: PromiseLike<T>): Deferred<T>;
export function ensureDeferred<R>(source: Generator<unknown, StepResult<R>, unknown>): Deferred<Settled<R>>;
export function ensureDeferred<T>(source: (signal: AbortSignal) => PromiseLike<T>): Deferred<T>;
export function ensureDeferred<T>(
  source:
    PromiseLike<T> | Generator<unknown, StepResult<T>, unknown> | ((signal: AbortSignal) => PromiseLike<T>),
): Deferred<T> {
  if (source instanceof Deferred) return source as Deferred<T>;
  if (isThenable(source)) return Deferred.fromPromise(source);
  if (typeof source === 'function') return new AsyncCall(source);
  if (isGenerator(source)) return new Coroutine<T>(source);
  throw new NotACoroutineError();
}
