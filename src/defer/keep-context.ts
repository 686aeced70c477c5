import { AsyncResource } from 'node:async_hooks';

/**
 * `f`, but each call sees the AsyncLocalStorage stores as they are now, where `keepContext` is called, whoever
 * fires the Deferred later: `deferred.addCallback(keepContext((result) => ...))`. Throws a TypeError for what isn't a
 * function.
 *
 * Deferreds don't do this on their own, since it has a price: making and firing a Deferred with one callback takes 17 ns
 * without, 70 ns with, and 105 ns where a store is in use (Node 20; `npm run bench -- defer-context`); more where async
 * hooks are at work.
 */
export function keepContext<A extends readonly unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  if (typeof f !== 'function') throw new TypeError('keepContext() takes a function');
  // AsyncResource.bind() would do, but it waits for each resource to be collected, to tell async hooks: 11 us instead (Node 20).
  const resource = new AsyncResource('heddle.keepContext', { requireManualDestroy: true });
  return (...args) => resource.runInAsyncScope(() => f(...args));
}
