/*
 * The bits of a Deferred's state. They share one small integer since most questions are about several of them
 * ("fired and free to run?" is one comparison), and since Deferreds are many and should be small.
 */

/** It was fired: `callback`, `errback` or `cancel` was called. */
export const FIRED = 1;
/** One of its steps is being called. */
export const RUNNING = 2;
/** It has no result until another Deferred hands it one. */
export const WAITING = 4;
/** It was cancelled without a canceller, so whoever was to fire it doesn't know: one late firing is forgiven. */
export const FORGIVING = 8;
/** The bits from here on count the calls of `pause`. */
export const PAUSED_ONCE = 16;
