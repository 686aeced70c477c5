import type { Deferred, Failure } from '../defer/index.js';

/** Throws what a start has failed with already, so that who doesn't look at the Deferred hears of it too. Else answers it. */
export function throwIfFailed<T>(starting: Deferred<T>): Deferred<T> {
  let isNow = true;
  let failure: Failure | undefined;
  const checked = starting.addErrback((reason) => {
    if (!isNow) return reason;
    failure = reason;
    return undefined as never;
  });
  isNow = false;
  failure?.raiseException();
  return checked;
}
