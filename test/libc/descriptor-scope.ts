import {
  AF_UNIX,
  type Libc,
  RLIMIT_NOFILE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  checked,
} from '../../src/libc/index.js';

/** The descriptors of one test, closed together at its end. */
export class DescriptorScope {
  readonly #libc: Libc;
  readonly #open = new Set<number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Takes care of a descriptor. Throws if the call that should have made it has failed. */
  keep(fd: number): number {
    this.#open.add(checked(fd, 'the call that makes a descriptor'));
    return fd;
  }

  /** Two connected, non-blocking UNIX stream sockets. */
  socketpair(): [number, number] {
    const pair = new Int32Array(2);
    checked(
      this.#libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
      'socketpair',
    );
    return [this.keep(pair[0]!), this.keep(pair[1]!)];
  }

  /** The reading and the writing end of a pipe. */
  pipe(flags: number): [number, number] {
    const pair = new Int32Array(2);
    checked(this.#libc.pipe2(pair, flags), 'pipe2');
    return [this.keep(pair[0]!), this.keep(pair[1]!)];
  }

  close(fd: number): void {
    this.#open.delete(fd);
    checked(this.#libc.close(fd), 'close');
  }

  closeAll(): void {
    for (const fd of [...this.#open]) this.close(fd);
  }
}

/**
 * Does something while the soft limit of descriptors is another one. Nothing else of JavaScript runs meanwhile, so
 * the process doesn't get to feel it.
 */
export function withDescriptorLimit<T>(libc: Libc, soft: number, act: () => T): T {
  const limit = { soft: 0, hard: 0 };
  checked(libc.getrlimit(RLIMIT_NOFILE, limit), 'getrlimit');
  checked(libc.setrlimit(RLIMIT_NOFILE, { soft, hard: limit.hard }), 'setrlimit');
  try {
    return act();
  } finally {
    checked(libc.setrlimit(RLIMIT_NOFILE, limit), 'setrlimit');
  }
}

/** The number that the next descriptor would get. All below it are open. */
export function nextDescriptor(libc: Libc): number {
  const fd = checked(libc.eventfd(0, 0), 'eventfd');
  libc.close(fd);
  return fd;
}
