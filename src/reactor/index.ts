/** The reactor and its parts. Twisted: twisted.internet.base, posixbase, epollreactor. */
export { ContinuousPolling } from './continuous-polling.js';
export { getReactor, installReactor } from './default-reactor.js';
export { FileDescriptor } from './file-descriptor.js';
export { OwnedFileDescriptor } from './owned-file-descriptor.js';
export type { IPoller, TurnProgress } from './poller.js';
export type { ReactorOptions } from './reactor-options.js';
export { Reactor, type ReactorEvents } from './reactor.js';
export { SystemEvents, ThreePhaseEvent } from './system-events.js';
export type { SlowCallback } from './turn.js';
export { Waker } from './waker.js';
