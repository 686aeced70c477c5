import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  errno,
} from '../../libc/index.js';
import { ByteQueue } from './byte-queue.js';
import { OpenFile } from './open-file.js';

/**
 * The two ends of a pipe.
 *
 * Facts (pipe(7), and pipe_poll in the kernel): it holds 16 pages, 65,536 bytes. A write of up to PIPE_BUF (4096) bytes is taken
 * whole or not at all. The writing end is ready when a page is free, and tells EPOLLERR when nobody reads any more; the
 * reading end tells EPOLLHUP when nobody writes any more, and then reads 0.
 */
const CAPACITY = 65_536;
const PAGE = 4096;

abstract class PipeEnd extends OpenFile {
  protected readonly queue: ByteQueue;
  protected other: PipeEnd | undefined;

  constructor(access: number, nonBlocking: boolean, queue: ByteQueue) {
    super(access | (nonBlocking ? O_NONBLOCK : 0));
    this.queue = queue;
  }

  static join(one: PipeEnd, two: PipeEnd): void {
    one.other = two;
    two.other = one;
  }

  protected released(): void {
    const { other } = this;
    if (other === undefined) return;
    this.other = undefined;
    other.other = undefined;
    other.changed();
  }

  protected tellOther(): void {
    this.other?.changed();
  }
}

class ReadingEnd extends PipeEnd {
  readiness(): number {
    return (this.queue.length > 0 ? EPOLLIN : 0) | (this.other === undefined ? EPOLLHUP : 0);
  }

  write(): number {
    return -errno.EBADF;
  }

  read(target: Uint8Array): number {
    if (target.length === 0) return 0;
    if (this.queue.length === 0) return this.other === undefined ? 0 : -errno.EAGAIN;
    const taken = this.queue.take(target);
    this.tellOther();
    return taken;
  }
}

class WritingEnd extends PipeEnd {
  readiness(): number {
    const isRoom = CAPACITY - this.queue.length >= PAGE;
    return (isRoom ? EPOLLOUT : 0) | (this.other === undefined ? EPOLLERR : 0);
  }

  read(): number {
    return -errno.EBADF;
  }

  write(source: Uint8Array): number {
    if (source.length === 0) return 0;
    if (this.other === undefined) return -errno.EPIPE;
    const room = CAPACITY - this.queue.length;
    if (room === 0 || (source.length <= PAGE && source.length > room)) return -errno.EAGAIN;
    const taken = Math.min(room, source.length);
    this.queue.push(source.subarray(0, taken));
    this.tellOther();
    return taken;
  }
}

/** pipe2(2): the reading end and the writing end. */
export function makePipe(nonBlocking: boolean): readonly [OpenFile, OpenFile] {
  const queue = new ByteQueue();
  const ends = [
    new ReadingEnd(O_RDONLY, nonBlocking, queue),
    new WritingEnd(O_WRONLY, nonBlocking, queue),
  ] as const;
  PipeEnd.join(...ends);
  return ends;
}
