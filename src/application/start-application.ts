import type { Deferred } from '../defer/index.js';
import type { IReactorCore, IService } from '../interfaces/index.js';
import { inTurn } from './in-turn.js';

/** What starting an application needs of a reactor. */
export type SystemEventReactor = Pick<IReactorCore, 'addSystemEventTrigger' | 'removeSystemEventTrigger'>;

/**
 * Starts an application (or any other service) now, its privileged part first, and has it stopped before `reactor` shuts
 * down: the shutdown waits until it has. Fires when it has started; if that fails, the shutdown has nothing to do with it.
 *
 * It lasts for one run of the reactor; before the next one, start it again. Twisted: `startApplication`.
 */
export function startApplication(application: IService, reactor: SystemEventReactor): Deferred<void> {
  return startUntilShutdown(application, reactor, () => application.stopService());
}

/** The same, with `stop` called at the shutdown. */
export function startUntilShutdown(
  application: IService,
  reactor: SystemEventReactor,
  stop: () => unknown,
): Deferred<void> {
  let shuttingDown = false;
  const trigger = reactor.addSystemEventTrigger('before', 'shutdown', () => {
    shuttingDown = true;
    return stop();
  });
  const steps = ['privilegedStartService', 'startService'] as const;
  return inTurn(steps, (step) => application[step]()).addErrback((failure) => {
    if (!shuttingDown) reactor.removeSystemEventTrigger(trigger);
    return failure;
  });
}
