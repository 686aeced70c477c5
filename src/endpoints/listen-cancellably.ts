import { CancelledError, type Deferred, fail, maybeDeferred } from '../defer/index.js';
import type { EndpointOptions } from '../interfaces/index.js';

/**
 * What the `listen` of an endpoint does with its signal and its errors, where listening itself takes no time. `listen` is to
 * make a port that stops when the signal is aborted.
 */
export function listenCancellably<P>({ signal }: EndpointOptions, listen: () => P): Deferred<P> {
  if (signal?.aborted === true) return fail(new CancelledError(undefined, { cause: signal.reason }));
  return maybeDeferred(listen);
}
