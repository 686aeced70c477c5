import { type Deferred, DeferredList, Failure, maybeDeferred } from '../defer/index.js';
import type { IService } from '../interfaces/index.js';
import { ServiceStopError, type StopFailure } from './errors.js';

/** Stops services all at once, in this order. Fires when all have ended; fails with a ServiceStopError if some couldn't stop. */
export function stopAll(services: Iterable<IService>): Deferred<void> {
  const failures: StopFailure[] = [];
  const stopping = Array.from(services, (service) =>
    maybeDeferred<unknown>(() => service.stopService()).addErrback((failure) => {
      failures.push({ service, error: failure.value });
    }),
  );
  return new DeferredList(stopping).addCallback(() =>
    failures.length === 0 ? undefined : new Failure(new ServiceStopError(failures)),
  );
}
