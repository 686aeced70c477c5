/** Calls to be made later, and a clock for tests. */
export { Clock } from './clock.js';
export { DelayedCall } from './delayed-call.js';
export { AlreadyCalled, AlreadyCancelled } from './errors.js';
export { TimerQueue, type CallErrorListener, type TimerQueueOptions } from './timer-queue.js';
