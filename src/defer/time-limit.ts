import type { Chainable } from './chainable.js';
import type { Deferred } from './deferred.js';
import { CancelledError, TimeoutError } from './errors.js';
import { Failure } from './failure.js';
import type { Settled, StepResult } from './step.js';

/** A call that {@link ICallLater} will make. */
export interface ICancellableCall {
  /** Whether it is still to be made. */
  active(): boolean;
  /** It won't be made. Called only while it is active. */
  cancel(): void;
}

/** All that a Deferred needs of a clock: to be called `delay` seconds from now. Any `IReactorTime` will do. */
export interface ICallLater {
  /** Calls `f` after `delay` seconds. */
  callLater(delay: number, f: () => void): ICancellableCall;
}

/** What `Deferred.addTimeout` does; the contract stands there. */
export function limitTime<T, U>(
  deferred: Chainable<T>,
  timeout: number,
  clock: ICallLater,
  onTimeoutCancel: ((result: T | Failure, timeout: number) => StepResult<U>) | undefined,
): Deferred<T | Settled<U>> {
  if (!(timeout >= 0)) throw new RangeError(`The timeout must be 0 or more seconds, not ${timeout}`);
  let timedOut = false;
  const delayedCall = clock.callLater(timeout, () => {
    timedOut = true;
    deferred.cancel();
  });
  return deferred.addBoth((result): StepResult<T | U> => {
    if (delayedCall.active()) delayedCall.cancel();
    if (!timedOut) return result;
    return onTimeoutCancel === undefined
      ? cancelledToTimedOut(result, timeout)
      : onTimeoutCancel(result, timeout);
  });
}

function cancelledToTimedOut<T>(result: T | Failure, timeout: number): T | Failure {
  if (!(result instanceof Failure) || result.check(CancelledError) === undefined) return result;
  return new Failure(new TimeoutError(`Deferred timed out after ${timeout} s`, { cause: result.value }));
}
