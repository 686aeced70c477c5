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
export type { Chainable } from './chainable.js';
export type { CoroutineOptions } from './coroutine.js';
export { Deferred, type Settled, type StepResult } from './deferred.js';
export { ensureDeferred } from './ensure-deferred.js';
export {
  AlreadyCalledError,
  CancelledError,
  FailureGroup,
  FirstError,
  NotACoroutineError,
  QueueOverflow,
  QueueUnderflow,
  TimeoutError,
} from './errors.js';
export {
  Failure,
  type ErrorClass,
  type PrintOptions,
  type TracebackOptions,
  type TracebackOutput,
} from './failure.js';
export { fail, succeed } from './fired.js';
export { gatherResults, type GatherResultsOptions, type ResultsOf } from './gather-results.js';
export { inlineCallbacks } from './inline-callbacks.js';
export { keepContext } from './keep-context.js';
export { logError } from './log-error.js';
export { execute, maybeDeferred } from './maybe-deferred.js';
export { passthru } from './passthru.js';
export { race } from './race.js';
export type { ICallLater, ICancellableCall } from './time-limit.js';
export {
  flushUnhandledErrors,
  setUnhandledErrorReporter,
  type UnhandledErrorReporter,
} from './unhandled-errors.js';
