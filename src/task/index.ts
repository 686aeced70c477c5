/** What programs do with time, with iterators and with other threads, on top of any reactor's clock. */
export { ThreadCallsClosed, blockingCallFromThread, callFromThread } from './call-from-thread.js';
export { coiterate, cooperate } from './cooperate.js';
export { CooperativeTask, type CooperativeTaskOwner, type CooperativeWork } from './cooperative-task.js';
export * from './cooperator-errors.js';
export {
  type CoiterateOptions,
  Cooperator,
  type CooperatorOptions,
  type CooperatorScheduler,
  type TerminationPredicate,
} from './cooperator.js';
export { deferLater } from './defer-later.js';
export {
  AlreadyTryingToLockError,
  DeferredFilesystemLock,
  type DeferredFilesystemLockOptions,
  type DeferUntilLockedOptions,
} from './deferred-filesystem-lock.js';
export { FilesystemLock, isLocked } from './filesystem-lock.js';
export { LoopingCall, type LoopClock, type LoopingCallStartOptions } from './looping-call.js';
export { react, type ReactOptions } from './react.js';
export { SystemExit } from './system-exit.js';
export { ThreadCalls } from './thread-calls.js';
export { type ArgumentsOf, type FunctionsOf, type ResultOf, ThreadModule } from './thread-module.js';
export {
  MissingPackageError,
  type ThreadPool,
  type ThreadRunOptions,
  getThreadPool,
  suggestThreadPoolSize,
} from './thread-pool.js';
export type { ReactorPort, ThreadFunctions } from './thread-port.js';
export {
  type IThreadCall,
  callInThread,
  callMultipleInThread,
  deferToThread,
  deferToThreadPool,
  threadCall,
} from './threads.js';
