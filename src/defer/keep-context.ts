import { AsyncResource } from 'node:async_hooks';

/**
 * `f`, but each call sees the AsyncLocalStorage stores as they are now, where `keepContext` is called, whoever
 * fires the Deferred later: `deferred.addCallback(keepContext((result) => ...))`.
 *
 * Deferreds don't do this on their own, since it has a price: on Node 20 from 55 ns (no store in use) to some
 * 20 us (with async hooks) for each function.
 */
export function keepContext<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  return AsyncResource.bind(f);
}
