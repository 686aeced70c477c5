import type { Chainable } from './chainable.js';

export interface AbortOptions {
  /** Cancels the Deferred when it is aborted. Nothing is left on it once the Deferred has fired. */
  readonly signal?: AbortSignal;
}

/** Cancels `deferred` when `signal` is aborted (at once if it is already); the abort's reason becomes the cause. */
export function cancelOnAbort<T>(deferred: Chainable<T>, signal: AbortSignal): void {
  if (signal.aborted) {
    deferred.cancel(signal.reason);
    return;
  }
  const onAbort = (): void => {
    deferred.cancel(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  deferred.addBoth((result) => {
    signal.removeEventListener('abort', onAbort);
    return result;
  });
}
