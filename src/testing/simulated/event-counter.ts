import { EPOLLIN, EPOLLOUT, O_NONBLOCK, O_RDWR, errno } from '../../libc/index.js';
import { OpenFile } from './open-file.js';

const COUNT_BYTES = 8;
/** The highest count that a write may make (eventfd(2)). */
const MAX = 0xffff_ffff_ffff_fffen;

/** An eventfd: a count of 64 bits that writing adds to, and reading takes away whole. */
export class EventCounter extends OpenFile {
  #count: bigint;

  constructor(initial: number, nonBlocking: boolean) {
    super(O_RDWR | (nonBlocking ? O_NONBLOCK : 0));
    this.#count = BigInt(initial >>> 0);
  }

  readiness(): number {
    return (this.#count > 0n ? EPOLLIN : 0) | (this.#count < MAX ? EPOLLOUT : 0);
  }

  read(target: Uint8Array): number {
    if (target.length < COUNT_BYTES) return -errno.EINVAL;
    if (this.#count === 0n) return -errno.EAGAIN;
    new DataView(target.buffer, target.byteOffset).setBigUint64(0, this.#count, true);
    this.#count = 0n;
    this.changed();
    return COUNT_BYTES;
  }

  write(source: Uint8Array): number {
    if (source.length < COUNT_BYTES) return -errno.EINVAL;
    const more = new DataView(source.buffer, source.byteOffset).getBigUint64(0, true);
    if (more > MAX) return -errno.EINVAL;
    if (this.#count + more > MAX) return -errno.EAGAIN;
    this.#count += more;
    this.changed();
    return COUNT_BYTES;
  }

  protected released(): void {
    // Nobody else knows of it.
  }
}
