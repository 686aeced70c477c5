import type { IReactorTime } from '../interfaces/reactor-time.js';
import type { DelayedCall } from './delayed-call.js';
import { TimerQueue } from './timer-queue.js';

/**
 * Time that passes only when told to, for tests: it starts at 0. Twisted: `twisted.internet.task.Clock`.
 */
export class Clock implements IReactorTime {
  #now = 0;
  readonly #queue = new TimerQueue(() => this.#now);

  seconds(): number {
    return this.#now;
  }

  callLater<A extends readonly unknown[]>(
    delay: number,
    f: (...args: A) => unknown,
    ...args: A
  ): DelayedCall {
    return this.#queue.callLater(delay, f, args);
  }

  getDelayedCalls(): DelayedCall[] {
    return this.#queue.pending();
  }

  /**
   * Lets `amount` seconds pass at once, then makes the calls that are due in their order, also those that became due
   * by what the calls did. An exception of a call comes out of here; the calls after it stay to be made by the
   * next `advance`. Throws a RangeError if `amount` is negative or not finite.
   */
  advance(amount: number): void {
    if (!(amount >= 0 && amount < Infinity)) {
      throw new RangeError(`The time to pass must be 0 s or more and finite, not ${amount}`);
    }
    this.#now += amount;
    while ((this.#queue.nextTime() ?? Infinity) <= this.#now) this.#queue.runDue(this.#now, rethrow);
  }

  /** `advance` by each of `timings` in turn. */
  pump(timings: Iterable<number>): void {
    for (const amount of timings) this.advance(amount);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
