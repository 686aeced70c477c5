import { readSync } from 'node:fs';
import { FileSendError } from '../errors/index.js';
import { errno, systemError } from '../libc/index.js';
import type { QueuedFile } from '../tcp/queued-file.js';

/** One piece is no longer. */
const PIECE_BYTES = 65_536;

/** The next piece of a file that is to be sent, where there is no kernel that would take it; or what is wrong with the file. */
export function readPiece(file: QueuedFile): Buffer | FileSendError {
  if (file.isCancelled) return new FileSendError(file.bytes, 'was being sent when that was cancelled');
  const piece = Buffer.allocUnsafe(Math.min(file.bytes, PIECE_BYTES));
  try {
    // Node would call a number that no descriptor has a mistake of the caller's.
    if (file.fd < 0) throw systemError(-errno.EBADF, 'pread', { fd: file.fd });
    const n = readSync(file.fd, piece, 0, piece.length, file.position);
    return n === 0 ? new FileSendError(file.bytes, 'has ended too early') : piece.subarray(0, n);
  } catch (cause) {
    const { message } = cause as Error;
    return new FileSendError(file.bytes, `could not be read (${message})`, { cause });
  }
}
