import { type ErrnoName, errno } from '../../libc/index.js';
import type { WriteQueue } from '../../tcp/write-queue.js';

/**
 * One end of a TCP connection in memory: what the kernel would keep of it.
 *
 * Facts about Linux that it keeps to (tcp(7), and tried on loopback):
 *  - What one end sends is in the other one's receive buffer at once, as much as there is room for; without room send says EAGAIN.
 *  - Closing with unread input, or with SO_LINGER at 0, sends RST instead of FIN. So does an end that is closed when it is sent to.
 *  - RST doesn't take back what was received: that is read first. Then recv says ECONNRESET, once, and 0 from then on.
 *  - Where FIN came before RST, recv goes on saying 0, and send says EPIPE.
 */
export class MemorySocket {
  readonly #capacity: number;
  #peer: MemorySocket;
  #arrived: Buffer[] = [];
  #bytes = 0;
  #open = true;
  /** Our FIN is sent. */
  #shutDown = false;
  /** The peer's FIN came. */
  #finished = false;
  /** The connection is over: RST came, or the network failed. */
  #broken = false;
  /** SO_ERROR: told by the next call, once. */
  #error = 0;

  private constructor(bufferBytes: number) {
    this.#capacity = bufferBytes;
    this.#peer = this;
  }

  /** Two ends of one connection. Each has a receive buffer of so many bytes. */
  static pair(bufferBytes: readonly [number, number]): [MemorySocket, MemorySocket] {
    const one = new MemorySocket(bufferBytes[0]);
    const other = new MemorySocket(bufferBytes[1]);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  /** EPOLLIN: recv has something to say. */
  get readable(): boolean {
    return this.#bytes > 0 || this.#finished || this.#broken;
  }

  /** EPOLLOUT: send has something to say. */
  get writable(): boolean {
    return this.#broken || this.#shutDown || !this.#peer.#open || this.#peer.#room > 0;
  }

  /** EPOLLRDHUP or EPOLLHUP: the peer has ended. */
  get hungUp(): boolean {
    return this.#finished || this.#broken;
  }

  /** EPOLLERR: an error waits to be told. */
  get failed(): boolean {
    return this.#error !== 0;
  }

  get #room(): number {
    return this.#capacity - this.#bytes;
  }

  /** send(2) of a queue's chunks: how many bytes were taken, or `-errno`. The queue isn't changed. */
  send(queue: WriteQueue): number {
    if (this.#error !== 0) return -this.#takeError();
    if (this.#shutDown || this.#broken) return -errno.EPIPE;
    const peer = this.#peer;
    if (!peer.#open) {
      this.#break(this.#finished ? errno.EPIPE : errno.ECONNRESET);
      return queue.chunkBytes;
    }
    if (peer.#room <= 0) return -errno.EAGAIN;
    const data = firstBytes(queue, peer.#room);
    peer.#arrived.push(data);
    peer.#bytes += data.length;
    return data.length;
  }

  /** recv(2): up to `most` bytes, which are the caller's to keep; 0 for an end, or `-errno`. */
  receive(most: number): Buffer | number {
    if (this.#bytes > 0) return this.#take(most);
    if (this.#finished) return 0;
    if (this.#error !== 0) return -this.#takeError();
    return this.#broken ? 0 : -errno.EAGAIN;
  }

  /** shutdown(2) of our direction. */
  shutdownWrite(): void {
    if (this.#shutDown || this.#broken) return;
    this.#shutDown = true;
    this.#peer.#finished = true;
  }

  /** close(2), with SO_LINGER at 0 if it is to reset. */
  close(reset: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    if (reset || this.#bytes > 0) this.#peer.#break(this.#peer.#finished ? errno.EPIPE : errno.ECONNRESET);
    else this.shutdownWrite();
    this.#arrived = [];
    this.#bytes = 0;
  }

  /** The network fails for this end only. */
  fail(code: ErrnoName): void {
    this.#break(errno[code]);
  }

  #break(error: number): void {
    if (!this.#open || this.#broken) return;
    this.#broken = true;
    this.#error = error;
  }

  #takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  #take(most: number): Buffer {
    const taken: Buffer[] = [];
    let left = Math.min(most, this.#bytes);
    this.#bytes -= left;
    while (left > 0) {
      const first = this.#arrived[0] as Buffer;
      const part = first.subarray(0, left);
      if (part.length === first.length) this.#arrived.shift();
      else this.#arrived[0] = first.subarray(part.length);
      left -= part.length;
      taken.push(part);
    }
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
  }
}

/** A copy of the first bytes of a queue. */
function firstBytes({ single, chunks, first, offset, chunkBytes }: WriteQueue, most: number): Buffer {
  const copy = Buffer.allocUnsafe(Math.min(most, chunkBytes));
  let filled = 0;
  let skip = offset;
  for (let i = first; filled < copy.length; i += 1) {
    const chunk = single ?? chunks[i];
    if (chunk === undefined) break;
    const part = chunk.subarray(skip, skip + copy.length - filled);
    copy.set(part, filled);
    filled += part.length;
    skip = 0;
  }
  return copy;
}
