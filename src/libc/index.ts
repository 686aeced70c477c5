/** The door to the kernel: `Libc` and the host loop, the drivers that supply them, and what their arguments are made of. */
export * from './constants.js';
export { DescriptorAccounting } from './descriptor-accounting.js';
export { type DescriptorUsage, descriptorUsage, exhaustionDetail } from './descriptor-usage.js';
export type { Driver } from './driver.js';
export { type DriverName, getDriver } from './drivers.js';
export { EpollEventArray, type EpollEventLayout, epollEventLayout } from './epoll-event.js';
export { type ErrnoName, errno, errnoName } from './errno.js';
export type { IHostLoop } from './host-loop.js';
export type { Libc } from './libc.js';
export { MissingDriverError, UnsupportedPlatformError } from './missing-driver-error.js';
export type { ResourceLimit } from './resource-limit.js';
export { SocketAddress } from './socket-address.js';
export { checked, systemError } from './system-error.js';
