import { Deferred } from './deferred.js';
import type { Failure } from './failure.js';

/** A Deferred that already has its result. Twisted: `succeed`. */
export function succeed<T>(result: T | Failure): Deferred<T> {
  const deferred = new Deferred<T>();
  deferred.callback(result);
  return deferred;
}

/** A Deferred that has already failed. Twisted: `fail`. */
export function fail<T = never>(reason: unknown): Deferred<T> {
  const deferred = new Deferred<T>();
  deferred.errback(reason);
  return deferred;
}
