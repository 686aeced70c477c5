import type { Deferred } from './deferred.js';
import { Failure } from './failure.js';
import { reportError } from './unhandled-errors.js';

/** Cancels each. What a canceller throws is reported, and the others are cancelled all the same. */
export function cancelAll(deferreds: readonly Deferred<unknown>[], cause?: unknown): void {
  for (const deferred of deferreds) {
    try {
      deferred.cancel(cause);
    } catch (error) {
      reportError(Failure.from(error));
    }
  }
}
