import { FileSendError } from '../errors/index.js';
import type { ITurn } from '../interfaces/index.js';
import { MSG_NOSIGNAL, type Libc, errno, systemError } from '../libc/index.js';
import type { QueuedFile } from './queued-file.js';

/**
 * Sends as much of a file as one call takes: by sendfile, or by copying where sendfile won't.
 *
 * Facts (sendfile(2), pread(2), fs/read_write.c), and what follows:
 *  - The socket's errors and the file's come out of one call. Those that only a socket has are told as they are. Whatever else it is (EINVAL and ENOSYS: this
 *    file, or this kernel, doesn't do it; EIO, EBADF, EISDIR: the file is no good) pread shows whether the file can be read at all, and says
 *    more exactly what is wrong with it.
 *  - 0 means the end of the file, however much was asked for: it was truncated, or never was so long.
 *  - Bytes that aren't in the page cache are read from the disk within the call. A file is never "not ready", so neither O_NONBLOCK nor epoll help; all that can be done is
 *    to ask for little.
 *  - A call to a socket whose peer drinks at once moves all that it was asked for, gigabytes too; nothing else bounds it.
 */

/** One call asks for no more, so that others have their turn between two of them. */
export const SENDFILE_BYTES = 524_288;

/** What sendfile answers because of the socket. */
const socketErrors: ReadonlySet<number> = new Set([
  errno.EAGAIN,
  errno.EINTR,
  errno.ENOBUFS,
  errno.ENOMEM,
  errno.EPIPE,
  errno.ECONNRESET,
  errno.ECONNABORTED,
  errno.ETIMEDOUT,
  errno.EHOSTUNREACH,
  errno.ENETUNREACH,
  errno.ENETDOWN,
  errno.ENOTCONN,
]);

export interface FileSender {
  readonly libc: Libc;
  readonly turn: Pick<ITurn, 'slab'>;
}

/** How many bytes the socket took (at least one), `-errno` of the socket, or what is wrong with the file. The file isn't moved on. */
export function sendFile(sender: FileSender, fd: number, file: QueuedFile): number | FileSendError {
  if (file.isCancelled) return new FileSendError(file.bytes, 'was being sent when that was cancelled');
  if (file.isCopied) return copyFile(sender, fd, file);
  const n = sender.libc.sendfile(fd, file.fd, file.position, Math.min(file.bytes, SENDFILE_BYTES));
  if (n > 0 || socketErrors.has(-n)) return n;
  if (n === 0) return tooShort(file);
  file.isCopied = true;
  return copyFile(sender, fd, file);
}

function copyFile({ libc, turn }: FileSender, fd: number, file: QueuedFile): number | FileSendError {
  // What it is overwritten with is sent before the next reader comes.
  const { slab } = turn;
  const n = libc.pread(file.fd, slab, 0, Math.min(file.bytes, slab.length), file.position);
  if (n > 0) return libc.send(fd, slab, 0, n, MSG_NOSIGNAL);
  if (n === 0) return tooShort(file);
  if (n === -errno.EINTR) return n;
  const cause = systemError(n, 'pread', { fd: file.fd });
  return new FileSendError(file.bytes, `could not be read (${cause.message})`, { cause });
}

function tooShort(file: QueuedFile): FileSendError {
  return new FileSendError(file.bytes, 'has ended too early');
}
