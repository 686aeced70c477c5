/** heddle: a Twisted-style reactor framework for Node.js on Linux. */
export * from './address/index.js';
export * from './application/index.js';
export * from './defer/index.js';
export * from './errors/index.js';
// Both floors have one, as in Twisted: this is the connection's. A Deferred's is in heddle/defer.
export { TimeoutError } from './errors/index.js';
export * from './endpoints/index.js';
export type * from './interfaces/index.js';
export {
  type DescriptorUsage,
  type Driver,
  type DriverName,
  MissingDriverError,
  UnsupportedPlatformError,
  getDriver,
} from './libc/index.js';
export { type ILoggedFailure, type Log, type LogProperties, getLog, logSystem } from './logger/index.js';
export { type Lookup, NodeResolver, resolveAll } from './names/index.js';
export * from './protocols/index.js';
export {
  FileDescriptor,
  OwnedFileDescriptor,
  Reactor,
  type ReactorEvents,
  type ReactorOptions,
  type SlowCallback,
  type Waker,
  getReactor,
  installReactor,
} from './reactor/index.js';
export * from './task/index.js';
export {
  FileDescriptorReservation,
  NullFileDescriptorReservation,
  type SpareDescriptor,
  spareEventfd,
} from './tcp/index.js';
export { Clock, DelayedCall } from './time/index.js';
