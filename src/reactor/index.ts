/** The reactor and its parts. Twisted: twisted.internet.base, posixbase, epollreactor. */
export { ContinuousPolling } from './continuous-polling.js';
export { getReactor, installReactor } from './default-reactor.js';
export type { IPoller, TurnProgress } from './poller.js';
export { Reactor, type ReactorEvents, type ReactorOptions } from './reactor.js';
export { SystemEvents, ThreePhaseEvent } from './system-events.js';
export type { SlowCallback } from './turn.js';
export { Waker } from './waker.js';
