import type { Deferred } from './deferred.js';
import { type Settled, type StepResult } from './deferred.js';
import { ensureDeferred } from './ensure-deferred.js';
import { fail, succeed } from './fired.js';
import { isThenable } from './thenable.js';

/**
 * Calls `f(...args)` and gives a Deferred whatever comes of it: the Deferred that it returns, one for the promise
 * that it returns, one that has its result, or one that has failed with what it threw or the Failure it returned.
 * Twisted: `maybeDeferred`.
 */
export function maybeDeferred<U = never, A extends readonly unknown[] = []>(
  f: (...args: A) => StepResult<U>,
  ...args: A
): Deferred<Settled<U>> {
  try {
    const result = f(...args);
    return (isThenable(result) ? ensureDeferred(result) : succeed<U>(result)) as Deferred<Settled<U>>;
  } catch (error) {
    return fail(error);
  }
}

/** Calls `f(...args)`, which doesn't wait for anything, and gives a Deferred its result or error. Twisted: `execute`. */
export function execute<U, A extends readonly unknown[]>(f: (...args: A) => U, ...args: A): Deferred<U> {
  try {
    return succeed(f(...args));
  } catch (error) {
    return fail(error);
  }
}
