import type { KeepAliveOptions } from '../interfaces/index.js';
import {
  IPPROTO_TCP,
  type Libc,
  SOL_SOCKET,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_TYPE,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  checked,
  errno,
} from '../libc/index.js';

/** An option that is an integer. Throws a SystemError when the kernel refuses. */
export function getIntegerOption(
  libc: Pick<Libc, 'getsockopt'>,
  fd: number,
  level: number,
  name: number,
): number {
  const value = Buffer.alloc(4);
  const length = checked(libc.getsockopt(fd, level, name, value), 'getsockopt', { fd });
  // A few options are a single byte.
  return length < 4 ? value.readUInt8(0) : value.readInt32LE(0);
}

/** Whether the number is an open socket's. Only the two errnos that mean just that say no (getsockopt(2)). */
export function isSocket(libc: Libc, fd: number): boolean {
  const result = libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, Buffer.alloc(4));
  return result !== -errno.EBADF && result !== -errno.ENOTSOCK;
}

/** Sets an option. Throws a SystemError when the kernel refuses. */
export function setOption(
  libc: Pick<Libc, 'setsockopt'>,
  fd: number,
  level: number,
  name: number,
  value: number | Uint8Array,
): void {
  checked(libc.setsockopt(fd, level, name, typeof value === 'number' ? int(value) : value), 'setsockopt', {
    fd,
  });
}

/** SO_KEEPALIVE and its times (tcp(7)): the kernel takes whole seconds, so parts of one are rounded up. */
export function setKeepAlive(
  libc: Pick<Libc, 'setsockopt'>,
  fd: number,
  enabled: boolean,
  options: KeepAliveOptions = {},
): void {
  const { idleMs, intervalMs, count } = options;
  if (idleMs !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_KEEPIDLE, Math.ceil(idleMs / 1000));
  if (intervalMs !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_KEEPINTVL, Math.ceil(intervalMs / 1000));
  if (count !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_KEEPCNT, count);
  setOption(libc, fd, SOL_SOCKET, SO_KEEPALIVE, enabled ? 1 : 0);
}

/** struct linger: on, for 0 seconds. */
const LINGER_ZERO = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

/** Makes the coming close send RST (socket(7), SO_LINGER). If the kernel refuses it will be FIN: nothing to be done. */
export function resetOnClose(libc: Libc, fd: number): void {
  libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, LINGER_ZERO);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}
