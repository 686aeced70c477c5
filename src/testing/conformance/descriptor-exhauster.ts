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

  /** Lowers the soft limit so far that about `room` more descriptors can be had. Does nothing if it is lowered already. */
  lowerLimit(room: number): void {
    if (this.#lowered) return;
    checked(this.#libc.getrlimit(RLIMIT_NOFILE, this.#limitBefore), 'getrlimit');
    const next = this.#open();
    this.#libc.close(next);
    const { hard, soft } = this.#limitBefore;
    checked(this.#libc.setrlimit(RLIMIT_NOFILE, { soft: Math.min(next + room, soft), hard }), 'setrlimit');
    this.#lowered = true;
  }

  /** Takes descriptors until there is none left, then gives `free` of them back. Throws a SystemError for anything but EMFILE. */
  exhaust(free = 0): void {
    this.lowerLimit(free + 8);
    try {
      for (;;) this.#taken.push(this.#open());
    } catch (error) {
      if ((error as { readonly errno?: unknown }).errno !== errno.EMFILE) {
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

  [Symbol.dispose](): void {
    this.restoreLimit();
    this.release();
  }

  #open(): number {
    return checked(this.#libc.eventfd(0, EFD_CLOEXEC), 'eventfd');
  }
}
