import type { ErrnoName } from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';

/**
 * Which errno Linux may answer to which call, as far as heddle makes it (the calls' man pages, section 2 and 7), and what
 * follows for a run that meets it.
 */
export interface LegalFault {
  readonly call: LibcCall;
  readonly errno: ErrnoName;
  /**
   * - `harmless`: all goes on as if it hadn't been.
   * - `costly`: it may cost the connection or the attempt that met it, and no more.
   * - `fatal`: it may cost the listening port.
   */
  readonly effect: 'harmless' | 'costly' | 'fatal';
  /** Whether it may last. EAGAIN, for one, can't while epoll says that the socket is ready. */
  readonly lasts: boolean;
}

function faults(
  call: LibcCall,
  effect: LegalFault['effect'],
  lasts: boolean,
  names: readonly ErrnoName[],
): readonly LegalFault[] {
  return names.map((errno) => ({ call, errno, effect, lasts }));
}

export const legalFaults: readonly LegalFault[] = [
  ...faults('accept4', 'harmless', false, ['EAGAIN', 'EINTR', 'ECONNABORTED', 'EPERM', 'EPROTO', 'ENETDOWN']),
  ...faults('accept4', 'harmless', false, [
    'ENOPROTOOPT',
    'EHOSTDOWN',
    'ENONET',
    'EHOSTUNREACH',
    'EOPNOTSUPP',
  ]),
  ...faults('accept4', 'harmless', false, ['ENETUNREACH']),
  ...faults('accept4', 'costly', true, ['EMFILE']),
  ...faults('accept4', 'harmless', true, ['ENFILE', 'ENOBUFS', 'ENOMEM', 'EXDEV']),
  ...faults('accept4', 'fatal', false, ['EBADF', 'EINVAL', 'ENOTSOCK']),
  ...faults('recv', 'harmless', false, ['EAGAIN', 'EINTR']),
  ...faults('recv', 'costly', true, ['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOMEM', 'EHOSTUNREACH']),
  ...faults('send', 'harmless', false, ['EAGAIN', 'EINTR', 'ENOBUFS', 'ENOMEM']),
  ...faults('send', 'costly', true, ['EPIPE', 'ECONNRESET', 'ETIMEDOUT']),
  ...faults('sendmsg', 'harmless', false, ['EAGAIN', 'EINTR', 'ENOBUFS', 'ENOMEM']),
  ...faults('sendmsg', 'costly', true, ['EPIPE', 'ECONNRESET', 'ETIMEDOUT']),
  ...faults('shutdown', 'harmless', true, ['ENOTCONN']),
  ...faults('close', 'harmless', true, ['EINTR', 'EIO']),
  ...faults('setsockopt', 'costly', true, ['ENOMEM', 'EINVAL', 'ENOPROTOOPT']),
  ...faults('getsockopt', 'costly', true, ['EINVAL', 'ENOPROTOOPT']),
  ...faults('getsockname', 'costly', true, ['ENOBUFS']),
  ...faults('socket', 'costly', true, ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']),
  ...faults('bind', 'costly', true, ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES']),
  ...faults('listen', 'costly', true, ['EADDRINUSE']),
  ...faults('connect', 'harmless', false, ['EINPROGRESS', 'EINTR']),
  ...faults('connect', 'costly', true, [
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ENETUNREACH',
    'EADDRNOTAVAIL',
    'EAGAIN',
    'EACCES',
  ]),
  ...faults('eventfd', 'costly', true, ['EMFILE', 'ENFILE', 'ENOMEM']),
  ...faults('epoll_wait', 'harmless', false, ['EINTR']),
  ...faults('epoll_ctl', 'fatal', true, ['ENOMEM', 'ENOSPC']),
  ...faults('poll', 'harmless', true, ['EINTR', 'ENOMEM']),
];
