import { Deferred, type Settled, type StepResult } from '../defer/index.js';
import type { IReactorTime } from '../interfaces/index.js';

/**
 * Calls `f(...args)` after `delay` seconds by `clock`, and gives a Deferred for what it returns; without `f` the
 * Deferred fires with undefined then. Cancelled before, it takes the call back. Throws what `clock.callLater` throws, e.g.
 * a RangeError for a negative delay. Twisted: `deferLater`.
 */
export function deferLater(clock: Pick<IReactorTime, 'callLater'>, delay: number): Deferred<void>;
export function deferLater<U = never, A extends readonly unknown[] = []>(
  clock: Pick<IReactorTime, 'callLater'>,
  delay: number,
  f: (...args: A) => StepResult<U>,
  ...args: A
): Deferred<Settled<U>>;
export function deferLater(
  clock: Pick<IReactorTime, 'callLater'>,
  delay: number,
  f?: (...args: readonly unknown[]) => unknown,
  ...args: readonly unknown[]
): Deferred<unknown> {
  if (f !== undefined && typeof f !== 'function')
    throw new TypeError('deferLater() takes a function to call');
  const later = new Deferred<void>(() => call.cancel());
  const call = clock.callLater(delay, () => later.callback());
  return f === undefined ? later : later.addCallback(() => f(...args));
}
