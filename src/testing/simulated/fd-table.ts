import { errno, type ResourceLimit } from '../../libc/index.js';
import type { OpenFile } from './open-file.js';

interface Entry {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/**
 * The descriptors of one process.
 *
 * Facts (open(2), getrlimit(2), dup(2)): a new descriptor gets the lowest free number. RLIMIT_NOFILE is one more than the
 * highest number that can be given out, whatever is open above it since before it was lowered; there is no other limit on how
 * many are open.
 */
export class FdTable {
  readonly limit: ResourceLimit;
  readonly #entries: (Entry | undefined)[] = [];
  /** No number below is free. */
  #lowest = 0;

  constructor(limit: ResourceLimit) {
    this.limit = limit;
  }

  /** The numbers that are open, in their order. */
  get open(): number[] {
    return [...this.#entries.keys()].filter((fd) => this.#entries[fd] !== undefined);
  }

  at(fd: number): OpenFile | undefined {
    return this.#entries[fd]?.file;
  }

  /** Whether there is a number left for another `count` descriptors. */
  hasRoom(count = 1): boolean {
    let left = count;
    for (let fd = this.#free(0); left > 0; fd = this.#free(fd + 1)) {
      if (fd >= this.limit.soft) return false;
      left -= 1;
    }
    return true;
  }

  /** Gives `file` the lowest free number from `least` on; -EMFILE if that is beyond the limit. */
  add(file: OpenFile, closeOnExec: boolean, least = 0): number {
    const fd = this.#free(least);
    if (fd >= this.limit.soft) return -errno.EMFILE;
    this.#entries[fd] = { file, closeOnExec };
    if (fd === this.#lowest) this.#lowest = fd + 1;
    file.retain();
    return fd;
  }

  /** close(2). */
  remove(fd: number): number {
    const entry = this.#entries[fd];
    if (entry === undefined) return -errno.EBADF;
    this.#entries[fd] = undefined;
    this.#lowest = Math.min(this.#lowest, fd);
    entry.file.release();
    return 0;
  }

  isClosedOnExec(fd: number): boolean {
    return this.#entries[fd]?.closeOnExec === true;
  }

  setClosedOnExec(fd: number, closeOnExec: boolean): void {
    const entry = this.#entries[fd];
    if (entry !== undefined) entry.closeOnExec = closeOnExec;
  }

  #free(least: number): number {
    let fd = Math.max(least, this.#lowest);
    while (this.#entries[fd] !== undefined) fd += 1;
    return fd;
  }
}
