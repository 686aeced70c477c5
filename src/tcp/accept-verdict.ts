import { errno } from '../libc/index.js';

/**
 * What a failed accept means for a port (accept(2), and beside it what Linux passes on of a connection's own errors).
 *
 *  - `empty`: nobody waits.
 *  - `skip`: this client is gone, or a firewall forbade it; the next one may be fine.
 *  - `exhausted`: this process has no descriptor left; the reservation helps.
 *  - `wait`: the system lacks descriptors or memory; the reservation doesn't help, time may.
 *  - `fatal`: the listening socket itself is no good any more.
 *  - `unknown`: none of these; told once, then waited out.
 */
export type AcceptVerdict = 'empty' | 'skip' | 'exhausted' | 'wait' | 'fatal' | 'unknown';

const verdicts = new Map<number, AcceptVerdict>([
  [errno.EAGAIN, 'empty'],
  [errno.EINTR, 'skip'],
  [errno.EPERM, 'skip'],
  [errno.ECONNABORTED, 'skip'],
  [errno.EPROTO, 'skip'],
  [errno.ENETDOWN, 'skip'],
  [errno.ENOPROTOOPT, 'skip'],
  [errno.EHOSTDOWN, 'skip'],
  [errno.ENONET, 'skip'],
  [errno.EHOSTUNREACH, 'skip'],
  [errno.EOPNOTSUPP, 'skip'],
  [errno.ENETUNREACH, 'skip'],
  [errno.EMFILE, 'exhausted'],
  [errno.ENFILE, 'wait'],
  [errno.ENOBUFS, 'wait'],
  [errno.ENOMEM, 'wait'],
  [errno.EBADF, 'fatal'],
  [errno.EINVAL, 'fatal'],
  [errno.ENOTSOCK, 'fatal'],
]);

/** The verdict on accept's answer `-errno`. */
export function acceptVerdict(result: number): AcceptVerdict {
  return verdicts.get(-result) ?? 'unknown';
}
