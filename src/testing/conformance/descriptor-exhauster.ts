import { EFD_CLOEXEC, type Libc, RLIMIT_NOFILE, checked, errno } from '../../libc/index.js';

/**
 * Uses up the descriptors of this process, in order to see what happens then.
 *
 * The limit is one of descriptor numbers, and a machine's own may allow a million of them. So the soft limit is lowered
 * first, to a little above the lowest free number, and then every number below it is taken (by eventfds, which need no file).
 * Whatever else goes on in the process feels this too: exhaust late, release early. Disposing releases everything.
 */
export class DescriptorExhauster implements Disposable {
  readonly #libc: Libc;
  readonly #taken: number[] = [];
  readonly #limitBefore = { soft: 0, hard: 0 };
  #lowered = false;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Descriptors that it holds. */
  get count(): number {
    return this.#taken.length;
  }

  /**
   * Lowers the soft limit so far that `room` more descriptors can be had, or as many as there were. Does nothing if it is
   * lowered already. Free numbers needn't lie together, so the limit is put above the `room`-th that the kernel gives out.
   */
  lowerLimit(room: number): void {
    if (this.#lowered) return;
    checked(this.#libc.getrlimit(RLIMIT_NOFILE, this.#limitBefore), 'getrlimit');
    const { hard, soft } = this.#limitBefore;
    const limit = this.#limitFor(room, soft);
    checked(this.#libc.setrlimit(RLIMIT_NOFILE, { soft: limit, hard }), 'setrlimit');
    this.#lowered = true;
  }

  /** Takes descriptors until there is none left, then gives `free` of them back. Throws a SystemError for anything but EMFILE. */
  exhaust(free = 0): void {
    this.lowerLimit(free + 8);
    try {
      for (;;) this.#taken.push(this.#open());
    } catch (error) {
      if (!isExhausted(error)) {
        this[Symbol.dispose]();
        throw error;
      }
    }
    this.release(free);
  }

  /** Gives back `count` of the descriptors that it holds, or all. The limit stays. */
  release(count = this.#taken.length): void {
    for (const fd of this.#taken.splice(Math.max(0, this.#taken.length - count))) this.#libc.close(fd);
  }

  /** Puts the limit back as it was, without giving a descriptor back: what another process's end would look like. */
  restoreLimit(): void {
    if (!this.#lowered) return;
    this.#lowered = false;
    checked(this.#libc.setrlimit(RLIMIT_NOFILE, this.#limitBefore), 'setrlimit');
  }

  /** Closes what it has opened. */
  [Symbol.dispose](): void {
    this.restoreLimit();
    this.release();
  }

  #limitFor(room: number, soft: number): number {
    const probes: number[] = [];
    try {
      while (probes.length < room) probes.push(this.#open());
      return (probes.at(-1) ?? -1) + 1;
    } catch (error) {
      if (!isExhausted(error)) throw error;
      return soft;
    } finally {
      for (const fd of probes) this.#libc.close(fd);
    }
  }

  #open(): number {
    return checked(this.#libc.eventfd(0, EFD_CLOEXEC), 'eventfd');
  }
}

function isExhausted(error: unknown): boolean {
  return (error as { readonly errno?: unknown }).errno === errno.EMFILE;
}
