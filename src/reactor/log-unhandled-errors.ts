import { setUnhandledErrorReporter } from '../defer/index.js';
import { getLog } from '../logger/index.js';

const log = getLog('reactor');

let unhandledErrorsAreLogged = false;

/** Failures that no errback took go to the log from the first reactor on. */
export function logUnhandledErrors(): void {
  if (unhandledErrorsAreLogged) return;
  unhandledErrorsAreLogged = true;
  setUnhandledErrorReporter((failure, origin) => {
    log.failure('Unhandled error in Deferred', failure, { origin });
  });
}
