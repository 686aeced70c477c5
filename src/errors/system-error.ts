import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** What a {@link SystemError} may tell beside the call and its errno. */
export interface SystemErrorDetails {
  /** The descriptor that the call was made on. */
  readonly fd?: number;
  /** The address that the call was about: an IP address, or the path of a UNIX socket. */
  readonly address?: string;
  /** The port that the call was about. */
  readonly port?: number;
  /** A fact that explains the failure, e.g. `64 of 64 descriptors in use`. It becomes part of the message. */
  readonly detail?: string;
  /** What has caused it, if anything but the kernel has. */
  readonly cause?: unknown;
}

/**
 * A call of libc that failed. The fields are named as those of Node's own system errors, but `errno` is positive,
 * as in errno(3).
 *
 * The message reads `accept4 EMFILE: too many open files (127.0.0.1:80)`.
 */
export class SystemError extends Error {
  static {
    this.prototype.name = 'SystemError';
  }

  /** The symbolic name of the errno, e.g. `EMFILE`; `errno 4711` for a number without a name. */
  readonly code: string;
  /** The error number, positive. */
  readonly errno: number;
  /** The libc function that failed. */
  readonly syscall: string;
  /** The descriptor that the call was made on, where it was told. */
  declare readonly fd?: number;
  /** The address that the call was about: an IP address, or the path of a UNIX socket. */
  declare readonly address?: string;
  /** The port that the call was about. */
  declare readonly port?: number;

  constructor(syscall: string, errno: number, details: SystemErrorDetails = {}) {
    const [code, text] = explain(errno);
    super(
      describe(`${syscall} ${code}`, text, details),
      'cause' in details ? { cause: details.cause } : undefined,
    );
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
    if (details.fd !== undefined) this.fd = details.fd;
    if (details.address !== undefined) this.address = details.address;
    if (details.port !== undefined) this.port = details.port;
  }
}

function describe(failure: string, text: string | undefined, details: SystemErrorDetails): string {
  const what = [text, details.detail].filter((part) => part !== undefined).join(', ');
  const where = place(details);
  return `${failure}${what === '' ? '' : `: ${what}`}${where === '' ? '' : ` (${where})`}`;
}

function place({ address, port, fd }: SystemErrorDetails): string {
  if (address === undefined) return fd === undefined ? '' : `fd ${fd}`;
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Errnos of sockets that Node's map lacks, or calls by another name than Linux's man pages do. */
const furtherErrors = new Map<number, readonly [code: string, text: string]>([
  [95, ['EOPNOTSUPP', 'operation not supported on socket']],
  [96, ['EPFNOSUPPORT', 'protocol family not supported']],
  [102, ['ENETRESET', 'connection reset by the network']],
  [115, ['EINPROGRESS', 'operation now in progress']],
  [122, ['EDQUOT', 'disk quota exceeded']],
]);

/**
 * The name of an errno and what it means. Node keeps its map by negative numbers; its constants know more names, without
 * texts.
 */
function explain(errno: number): readonly [code: string, text: string | undefined] {
  const known = furtherErrors.get(errno) ?? getSystemErrorMap().get(-errno);
  if (known !== undefined) return known;
  const constant = Object.entries(constants.errno).find(([, number]) => number === errno);
  return [constant?.[0] ?? `errno ${errno}`, undefined];
}
