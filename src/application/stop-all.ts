import { type Deferred, DeferredList, Failure, maybeDeferred } from '../defer/index.js';
import type { IService } from '../interfaces/index.js';
import { ServiceStopError, type StopFailure } from './errors.js';
import { inTurn } from './in-turn.js';

/**
 * Stops services in this order, all at once or each when the one before has stopped. Fires when all have; what fails stops
 * nobody, and makes it fail with a ServiceStopError at its end.
 */
export function stopAll(
  services: Iterable<IService>,
  how: 'at once' | 'in turn' = 'at once',
): Deferred<void> {
  const failures: StopFailure[] = [];
  const stop = (service: IService): Deferred<void> =>
    maybeDeferred<unknown>(() => service.stopService()).addCallbacks(
      () => undefined,
      (failure) => {
        failures.push({ service, error: failure.value });
        return undefined;
      },
    );
  const stopped: Deferred<unknown> =
    how === 'in turn' ? inTurn(services, stop) : new DeferredList(Array.from(services, stop));
  return stopped.addCallback(() =>
    failures.length === 0 ? undefined : new Failure(new ServiceStopError(failures)),
  );
}
