import { Coroutine, isGenerator, type CoroutineOptions } from './coroutine.js';
import type { Deferred, Settled, StepResult } from './deferred.js';

/**
 * Makes of a generator function one that gives a Deferred. Each call runs the generator: what it yields (a Deferred, a
 * promise, another generator) is waited for, and its result is the value of the `yield`, its error is thrown there;
 * anything else it gets straight back. What it returns is the result. All that is there already is used at once, so
 * a call that finds all its results there has its own when it returns; that, and being cancelled to the depth, is what
 * it has over an `async` function.
 *
 *     const total = inlineCallbacks(function* (account: Account) {
 *       const rows = yield* account.rows(); // a Deferred<Row[]>; after a plain `yield` it is unknown
 *       return rows.length;
 *     });
 *
 * Cancelling the Deferred cancels what the generator waits for, which sees the CancelledError and may go on. A function
 * that isn't a generator function is refused when it is called, with a TypeError. Twisted: `inlineCallbacks`.
 */
export function inlineCallbacks<This, A extends readonly unknown[], R>(
  f: (this: This, ...args: A) => Generator<unknown, StepResult<R>, unknown>,
  options: CoroutineOptions = {},
): (this: This, ...args: A) => Deferred<Settled<R>> {
  return function (this: This, ...args: A): Deferred<Settled<R>> {
    const generator: unknown = f.apply(this, args as unknown as [...A]);
    if (!isGenerator(generator)) {
      throw new TypeError(
        `inlineCallbacks() takes a generator function, and ${f.name || 'this one'} is none`,
      );
    }
    return new Coroutine<Settled<R>>(
      generator as Generator<unknown, StepResult<Settled<R>>, unknown>,
      options,
    );
  };
}
