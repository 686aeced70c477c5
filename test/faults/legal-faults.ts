/**
 * Which errno Linux may answer to which call, as far as heddle makes it, and what follows for a run that meets it.
 *
 * From the ERRORS of each call's page in section 2, and of ip(7), tcp(7) and socket(7). Left out is what can't come of a call with sound
 * arguments, on a descriptor that is open and of the right kind: EFAULT everywhere; EINVAL, EBADF and ENOTSOCK but for accept4, where
 * they are what a listening socket says that somebody else has closed or shut down; EISCONN and EALREADY of connect, which is made once; what is said of
 * other families, of datagrams, NFS and terminals. Some answers are true only in a certain state, and a lie about the state isn't a fault:
 *
 *  - shutdown: ENOTCONN. inet_shutdown() says it of a TCP socket in the state CLOSE and of no other, that is after a reset or after both ends.
 *    Of a connection that is still up it would be a lie: no FIN is sent, no event will ever come, and the two sides wait for each other for
 *    ever. So the peer resets its connection right before the call (see mishaps.ts), and the kernel gives this answer by itself.
 *  - epoll_ctl: EEXIST, ENOENT. They tell what is in the set. A duplicate that a number's former owner has left there brings EEXIST about
 *    (test/reactor/epoll-poller.test.ts); ENOENT would be one's own mistake. EPERM is for files.
 *  - close: EBADF. Its owner closes a number once.
 */
import type { ErrnoName } from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';

/** What a mishap may cost. */
export interface Cost {
  /**
   * - `harmless`: all goes on as if it hadn't been.
   * - `costly`: it may cost the connection or the attempt that met it, and no more.
   * - `fatal`: it may cost the listening port.
   */
  readonly effect: 'harmless' | 'costly' | 'fatal';
  /** Whether it may last. EAGAIN, for one, can't while epoll says that the socket is ready. */
  readonly lasts: boolean;
}

export interface LegalFault extends Cost {
  readonly kind: 'errno';
  readonly call: LibcCall;
  readonly errno: ErrnoName;
}

function faults(
  call: LibcCall,
  effect: LegalFault['effect'],
  lasts: boolean,
  names: readonly ErrnoName[],
): readonly LegalFault[] {
  return names.map((errno) => ({ kind: 'errno', call, errno, effect, lasts }));
}

/** What the calls that send have in common. */
function sendFaults(call: 'send' | 'sendmsg' | 'sendfile'): readonly LegalFault[] {
  return [
    ...faults(call, 'harmless', false, ['EAGAIN', 'EINTR', 'ENOBUFS', 'ENOMEM']),
    ...faults(call, 'costly', true, ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']),
  ];
}

export const legalFaults: readonly LegalFault[] = [
  ...faults('accept4', 'harmless', false, ['EAGAIN', 'EINTR', 'ECONNABORTED', 'EPERM', 'EPROTO', 'ENETDOWN']),
  ...faults('accept4', 'harmless', false, [
    'ENOPROTOOPT',
    'EHOSTDOWN',
    'ENONET',
    'EHOSTUNREACH',
    'EOPNOTSUPP',
    'ENETUNREACH',
  ]),
  // "Various Linux kernels can return other errors such as ..."
  ...faults('accept4', 'harmless', true, [
    'ENOSR',
    'ESOCKTNOSUPPORT',
    'EPROTONOSUPPORT',
    'ETIMEDOUT',
    'EXDEV',
  ]),
  ...faults('accept4', 'costly', true, ['EMFILE']),
  ...faults('accept4', 'harmless', true, ['ENFILE', 'ENOBUFS', 'ENOMEM']),
  ...faults('accept4', 'fatal', false, ['EBADF', 'EINVAL', 'ENOTSOCK']),
  ...faults('recv', 'harmless', false, ['EAGAIN', 'EINTR']),
  ...faults('recv', 'costly', true, [
    'ECONNRESET',
    'ECONNREFUSED',
    'ETIMEDOUT',
    'EPIPE',
    'ENOMEM',
    'ENOTCONN',
  ]),
  ...faults('recv', 'costly', true, ['EHOSTUNREACH', 'ENETUNREACH']),
  ...sendFaults('send'),
  ...sendFaults('sendmsg'),
  ...sendFaults('sendfile'),
  // It doesn't take this file, or this kernel doesn't have it; the disk may not say EIO again when the file is read by pread then. What pread
  // itself may fail with is in the conformance cases: without faults it isn't called.
  ...faults('sendfile', 'harmless', true, ['EINVAL', 'ENOSYS', 'EIO']),
  ...faults('close', 'harmless', true, ['EINTR', 'EIO']),
  ...faults('setsockopt', 'costly', true, ['ENOMEM', 'ENOBUFS', 'EINVAL', 'ENOPROTOOPT', 'EPERM']),
  ...faults('getsockopt', 'costly', true, ['EINVAL', 'ENOPROTOOPT']),
  ...faults('getsockname', 'costly', true, ['ENOBUFS']),
  ...faults('socket', 'costly', true, ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EAFNOSUPPORT']),
  ...faults('bind', 'costly', true, ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOBUFS', 'ENOMEM']),
  ...faults('listen', 'costly', true, ['EADDRINUSE']),
  ...faults('connect', 'harmless', false, ['EINPROGRESS', 'EINTR']),
  ...faults('connect', 'costly', true, [
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'EADDRINUSE',
  ]),
  ...faults('connect', 'costly', true, ['EADDRNOTAVAIL', 'EAGAIN', 'EACCES', 'EPERM', 'ENOBUFS', 'ENOMEM']),
  ...faults('eventfd', 'costly', true, ['EMFILE', 'ENFILE', 'ENODEV', 'ENOMEM']),
  ...faults('epoll_create1', 'costly', true, ['EMFILE', 'ENFILE', 'ENOMEM']),
  ...faults('epoll_wait', 'harmless', false, ['EINTR']),
  ...faults('epoll_ctl', 'fatal', true, ['ENOMEM', 'ENOSPC']),
  ...faults('poll', 'harmless', true, ['EINTR', 'ENOMEM']),
];

/** Calls of which heddle makes use, and that have no way to fail with what they are given. */
export const neverFails: ReadonlySet<LibcCall> = new Set<LibcCall>([
  // EFAULT and EINVAL aside there is only EPERM, for raising a limit.
  'getrlimit',
  // ENOTCONN alone, and that not of a connection that is up: see the head.
  'shutdown',
]);

/** All calls that heddle makes of the kernel in the scenarios, or may make when something goes wrong in them. */
export const allCalls: ReadonlySet<LibcCall> = new Set([
  ...legalFaults.map(({ call }) => call),
  ...neverFails,
]);
