import type { IReadDescriptor } from '../interfaces/index.js';
import { EFD_CLOEXEC, EFD_NONBLOCK, type Libc, checked } from '../libc/index.js';

/**
 * An eventfd that makes a sleeping reactor take a turn, from wherever its number is known: worker threads share the
 * process's descriptors, so 8 bytes written to it (a 64-bit count, eventfd(2)) wake the reactor of another thread,
 * even one that blocks in `iterate()`. Twisted: `_UnixWaker`.
 */
export class Waker implements IReadDescriptor {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #count = Buffer.alloc(8);
  #closed = false;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#fd = checked(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd');
  }

  /** Wakes the reactor. A counter that is full (EAGAIN) wakes it just as well. */
  wakeUp(): void {
    if (this.#closed) return;
    this.#count.writeBigUInt64LE(1n, 0);
    this.#libc.write(this.#fd, this.#count, 0, 8);
  }

  fileno(): number {
    return this.#closed ? -1 : this.#fd;
  }

  logPrefix(): string {
    return 'Waker';
  }

  /** Takes all that was written. The turn that this runs in is what was asked for. */
  doRead(): void {
    this.#libc.read(this.#fd, this.#count, 0, 8);
  }

  connectionLost(): void {
    this.close();
  }

  /** Gives the descriptor back. Who wakes it from then on wakes nobody. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#libc.close(this.#fd);
  }
}
