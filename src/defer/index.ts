/** Results that come later, and errors on their way. Twisted: `twisted.internet.defer`, `twisted.python.failure`. */
export { cancelOnAbort, type AbortOptions } from './abort-signal.js';
export { getDebugging, setDebugging } from './debug-info.js';
export {
  DeferredList,
  type DeferredListOptions,
  type DeferredListResult,
  type DeferredOutcome,
} from './deferred-list.js';
export { DeferredLock } from './deferred-lock.js';
export { DeferredQueue, type DeferredQueueOptions } from './deferred-queue.js';
export { DeferredSemaphore } from './deferred-semaphore.js';
export { Deferred, type Settled, type StepResult } from './deferred.js';
export {
  AlreadyCalledError,
  CancelledError,
  FailureGroup,
  FirstError,
  QueueOverflow,
  QueueUnderflow,
  TimeoutError,
} from './errors.js';
export { Failure, type ErrorClass } from './failure.js';
export { fail, succeed } from './fired.js';
export { gatherResults, type GatherResultsOptions, type ResultsOf } from './gather-results.js';
export { keepContext } from './keep-context.js';
export { ensureDeferred, execute, maybeDeferred } from './maybe-deferred.js';
export { race } from './race.js';
export type { ICallLater } from './time-limit.js';
export {
  flushUnhandledErrors,
  setUnhandledErrorReporter,
  type UnhandledErrorReporter,
} from './unhandled-errors.js';
