import { CancelledError, type Failure, maybeDeferred } from '../defer/index.js';
import type { IReactorCore, IService, RunOptions } from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import { startUntilShutdown } from './start-application.js';

/** How {@link runApplication} runs. */
export interface RunApplicationOptions extends RunOptions {
  /** The reactor to run. Default: the default one. */
  readonly reactor?: IReactorCore;
}

/**
 * Runs a program: runs the reactor, starts the application (or any other service), and is fulfilled when all has been
 * stopped, by SIGINT, SIGTERM, `options.signal` or `reactor.stop()`. A second signal doesn't wait for services that are
 * still stopping.
 *
 * Rejects with the error of a service that couldn't start, once the reactor has stopped again; with a ServiceStopError if
 * services couldn't stop; with ReactorAlreadyRunning. So a program that ends with `await runApplication(application)` has
 * the right exit code.
 */
export async function runApplication(
  application: IService,
  options: RunApplicationOptions = {},
): Promise<void> {
  const { reactor = getReactor(), signal, ...runOptions } = options;
  const startFailed = new AbortController();
  const signals = signal === undefined ? [startFailed.signal] : [signal, startFailed.signal];
  const ended = reactor.run({ ...runOptions, signal: AbortSignal.any(signals) });

  let shuttingDown = false;
  let over = false;
  let failure: Failure | undefined;
  // What fails when nobody waits any more, after a second signal, is left to be reported as unhandled.
  const note = (reason: Failure): Failure | undefined => {
    if (over) return reason;
    failure ??= reason;
    return undefined;
  };
  startUntilShutdown(application, reactor, () => {
    shuttingDown = true;
    return maybeDeferred<unknown>(() => application.stopService()).addErrback(note);
  }).addErrback((reason) => {
    // That the shutdown has called the start off is as it should be.
    if (shuttingDown && reason.check(CancelledError) !== undefined) return undefined;
    startFailed.abort();
    return note(reason);
  });

  await ended;
  over = true;
  failure?.raiseException();
}
