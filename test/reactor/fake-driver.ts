import { type Driver, type IHostLoop, type Libc, getDriver } from '../../src/libc/index.js';
import { FaultyLibc } from '../../src/testing/faulty-libc.js';

/** A host loop that goes on only when a test says so, with a time of its own. */
export class FakeHostLoop implements IHostLoop {
  /** The time in ms. */
  time = 0;
  /** What `wakeAt` was told last. */
  wakeTime: number | undefined;
  /** How often `wakeAt` was told another time than before. */
  wakeTimes = 0;
  /** Whether the process would have to stay alive. */
  held = false;
  closed = false;
  turnWanted = false;
  flushWanted = false;
  #turn: () => void = () => {};
  #flush: () => void = () => {};

  now(): number {
    return this.time;
  }

  start(_fd: number, turn: () => void, flush: () => void): void {
    this.#turn = turn;
    this.#flush = flush;
  }

  requestTurn(): void {
    this.turnWanted = true;
  }

  requestFlush(): void {
    this.flushWanted = true;
  }

  wakeAt(timeMs: number | undefined): void {
    this.#requireOpen();
    if (timeMs !== this.wakeTime) this.wakeTimes += 1;
    this.wakeTime = timeMs;
  }

  ref(): void {
    this.#requireOpen();
    this.held = true;
  }

  unref(): void {
    this.#requireOpen();
    this.held = false;
  }

  close(): void {
    this.closed = true;
  }

  /** Nothing is to be arranged with a loop that is over. */
  #requireOpen(): void {
    if (this.closed) throw new Error('The host loop is closed');
  }

  /** The flush that was asked for. */
  flush(): void {
    this.flushWanted = false;
    this.#flush();
  }

  /** A turn, whether it was asked for or not. */
  turn(): void {
    this.turnWanted = false;
    this.#turn();
  }
}

/** The real driver's kernel, which can be made to fail and never waits, and a host loop in the test's hand. */
export class FakeDriver implements Driver {
  readonly name = 'fake';
  readonly host = new FakeHostLoop();
  /** The time-outs that epoll_wait was given. */
  readonly waits: number[] = [];
  /** Called in place of waiting. */
  onWait: (timeoutMs: number) => void = () => {};
  readonly libc = new FaultyLibc(this.#withoutWaits(getDriver().libc));

  createHostLoop(): IHostLoop {
    return this.host;
  }

  #withoutWaits(libc: Libc): Libc {
    const poll: Libc['epoll_wait'] = (epfd, events, maximum, timeoutMs) => {
      this.waits.push(timeoutMs);
      this.onWait(timeoutMs);
      return libc.epoll_wait(epfd, events, maximum, 0);
    };
    return new Proxy(libc, {
      get(target, name): unknown {
        if (name === 'epoll_wait') return poll;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}
