import { IOV_MAX, MSG_MORE, MSG_NOSIGNAL, type Libc, errno } from '../libc/index.js';
import type { WriteQueue } from './write-queue.js';

/**
 * Sends as much of a queue's chunks as one call takes. Which call is the cheapest was measured (koffi, Node 20): looking up a
 * Buffer's address costs 65 ns, copying 64 bytes 25 ns and 16 KiB about 500 ns. So little is copied together into the
 * slab, whose address is known; much goes by reference, in one sendmsg if it is in pieces.
 *
 * The queue holds references, so a chunk may have been transferred to a worker since (its length is 0 then) or
 * resized. Its bytes are lost: the answer is EFAULT, as the kernel's for memory that isn't the caller's.
 */

/** A single chunk up to this size is copied rather than looked up. */
const SINGLE_COPY_BYTES = 1024;

/** The size of the slab in which little is gathered: up to here copying beats handing over references. */
export const SEND_SLAB_BYTES = 16_384;

export interface Sender {
  readonly libc: Libc;
  readonly sendSlab: Buffer;
}

/** How many bytes the kernel took, or `-errno`. The queue isn't changed. There must be chunks in it. */
export function sendQueue(sender: Sender, fd: number, queue: WriteQueue): number {
  const { single } = queue;
  // What goes ahead of a file, as the head of a response does, shares a segment with its beginning.
  const flags = queue.file === undefined ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_MORE;
  if (single === undefined) return sendMany(sender, fd, queue, flags);
  return sendSingle(sender, fd, single, queue, flags);
}

function sendSingle(
  { libc, sendSlab }: Sender,
  fd: number,
  chunk: Uint8Array,
  queue: WriteQueue,
  flags: number,
): number {
  const { offset } = queue;
  const length = chunk.length - offset;
  if (length !== queue.chunkBytes) return -errno.EFAULT;
  if (offset !== 0 || length > SINGLE_COPY_BYTES) return libc.send(fd, chunk, offset, length, flags);
  sendSlab.set(chunk, 0);
  return libc.send(fd, sendSlab, 0, length, flags);
}

function sendMany({ libc, sendSlab }: Sender, fd: number, queue: WriteQueue, flags: number): number {
  const { chunks, first, offset } = queue;
  if (queue.chunkBytes > sendSlab.length) {
    const count = Math.min(chunks.length - first, IOV_MAX);
    const n = libc.sendmsg(fd, chunks, first, count, offset, flags);
    if (n === 0 && chunks.slice(first, first + count).every(({ length }) => length === 0))
      return -errno.EFAULT;
    return n;
  }
  let length = 0;
  for (let i = first; i < chunks.length; i += 1) {
    const chunk = chunks[i] as Uint8Array;
    if (chunk.length === 0 || length + chunk.length > queue.chunkBytes + offset) return -errno.EFAULT;
    const part = i === first && offset > 0 ? chunk.subarray(offset) : chunk;
    sendSlab.set(part, length);
    length += part.length;
  }
  if (length !== queue.chunkBytes) return -errno.EFAULT;
  return libc.send(fd, sendSlab, 0, length, flags);
}
