import { isMainThread } from 'node:worker_threads';
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN, F_GETFD } from './constants.js';
import type { Driver } from './driver.js';
import { FfiNapiFunctions, loadFfiNapi } from './ffi-napi.js';
import type { WatchReadable } from './foreign-functions.js';
import { ForeignLibc } from './foreign-libc.js';
import { KoffiFunctions, loadKoffi, watchWithKoffi } from './koffi.js';
import type { Libc } from './libc.js';
import { UnsupportedPlatformError } from './missing-driver-error.js';
import { NodeHostLoop } from './node-host-loop.js';
import { systemError } from './system-error.js';
import { watchWithLibuv } from './uv-watch.js';

/** The drivers that talk to the real kernel. */
export type DriverName = 'koffi' | 'ffi-napi';

const makers: Record<DriverName, () => Driver> = { koffi: makeKoffiDriver, 'ffi-napi': makeFfiNapiDriver };
const made = new Map<DriverName, Driver>();

/**
 * The driver of this name, or the one that the environment variable HEDDLE_FFI names, or koffi. Loading it is left to
 * the first call; all reactors of a thread share it.
 *
 * Throws {@link UnsupportedPlatformError} unless this is Linux, {@link MissingDriverError} if the driver's package isn't
 * installed, a RangeError for a name that no driver has.
 */
export function getDriver(name: string = process.env['HEDDLE_FFI'] ?? 'koffi'): Driver {
  if (process.platform !== 'linux') {
    throw new UnsupportedPlatformError(`heddle runs on Linux only, and this is ${process.platform}`);
  }
  if (!isDriverName(name)) {
    throw new RangeError(`There is no FFI driver ${JSON.stringify(name)}: choose koffi or ffi-napi`);
  }
  let driver = made.get(name);
  if (driver === undefined) {
    driver = makers[name]();
    made.set(name, driver);
  }
  return driver;
}

function isDriverName(name: string): name is DriverName {
  return Object.hasOwn(makers, name);
}

function makeKoffiDriver(): Driver {
  const koffi = loadKoffi();
  const ffi = new KoffiFunctions(koffi);
  return makeDriver(new ForeignLibc(ffi), isMainThread ? watchWithLibuv(ffi) : watchWithKoffi(koffi));
}

function makeFfiNapiDriver(): Driver {
  const ffi = new FfiNapiFunctions(loadFfiNapi());
  return makeDriver(new ForeignLibc(ffi), watchWithLibuv(ffi));
}

function makeDriver(libc: Libc, watch: WatchReadable): Driver {
  const checked: WatchReadable = (fd) => {
    requirePollable(libc, fd);
    return watch(fd);
  };
  return { name: libc.name, libc, createHostLoop: () => new NodeHostLoop(checked) };
}

/** libuv aborts on a descriptor that it can't poll, so the kernel is asked first: a trial epoll set takes it or says why not. */
function requirePollable(libc: Libc, fd: number): void {
  const open = libc.fcntl(fd, F_GETFD, 0);
  if (open < 0) throw systemError(open, 'fcntl', { fd });
  const trial = libc.epoll_create1(EPOLL_CLOEXEC);
  if (trial < 0) throw systemError(trial, 'epoll_create1');
  const added = libc.epoll_ctl(trial, EPOLL_CTL_ADD, fd, EPOLLIN, 0, 0);
  libc.close(trial);
  if (added < 0) throw systemError(added, 'epoll_ctl', { fd });
}
