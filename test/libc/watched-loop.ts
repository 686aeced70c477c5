import { setImmediate as immediate } from 'node:timers/promises';
import {
  type Driver,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLLIN,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  type IHostLoop,
  type Libc,
  checked,
} from '../../src/libc/index.js';
import { DescriptorScope } from './descriptor-scope.js';

const ONE = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
const nothing = (): void => {};

/** A host loop and the epoll set that it watches, with an eventfd in it that makes it readable. */
export class WatchedLoop {
  readonly loop: IHostLoop;
  readonly epoll: number;
  readonly #event: number;
  readonly #libc: Libc;
  readonly #scope: DescriptorScope;

  constructor(driver: Driver) {
    const { libc } = driver;
    this.#libc = libc;
    this.#scope = new DescriptorScope(libc);
    this.loop = driver.createHostLoop();
    this.epoll = this.#scope.keep(libc.epoll_create1(EPOLL_CLOEXEC));
    this.#event = this.#scope.keep(libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    checked(libc.epoll_ctl(this.epoll, EPOLL_CTL_ADD, this.#event, EPOLLIN, 0, 0), 'epoll_ctl');
  }

  /** Makes the epoll set readable. */
  raise(): void {
    this.#libc.write(this.#event, ONE, 0, 8);
  }

  /** Makes it no longer readable. */
  lower(): void {
    this.#libc.read(this.#event, Buffer.alloc(8), 0, 8);
  }

  start(turn: () => void, flush: () => void = nothing): void {
    this.loop.start(this.epoll, turn, flush);
  }

  /** Starts the loop; each call of the answer waits for the next turn. */
  startForTurns(): () => Promise<void> {
    let turned = nothing;
    this.start(() => turned());
    return () => new Promise((resolve) => (turned = resolve));
  }

  /** Starts the loop and counts. */
  startCounting(): { turns: number; flushes: number } {
    const counts = { turns: 0, flushes: 0 };
    this.start(
      () => (counts.turns += 1),
      () => (counts.flushes += 1),
    );
    return counts;
  }

  close(): void {
    this.loop.close();
    this.#scope.closeAll();
  }
}

/** Enough rounds of Node's loop for anything that was under way to arrive. */
export async function rounds(count = 10): Promise<void> {
  for (let i = 0; i < count; i += 1) await immediate();
}

/** The timers that keep the process alive. While a test waits, mocha has one of its own. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}
