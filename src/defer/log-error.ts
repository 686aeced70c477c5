import type { Failure } from './failure.js';
import { reportError } from './unhandled-errors.js';

/**
 * An errback that logs a failure and passes it on: `deferred.addErrback(logError)`. It goes where unhandled errors go
 * (see `setUnhandledErrorReporter`): to the log once there is a reactor, else to the console; and if nobody handles it
 * afterwards it isn't told again. Twisted: `logError`.
 */
export function logError(failure: Failure): Failure {
  reportError(failure);
  return failure;
}
