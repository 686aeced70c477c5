import type { IDelayedCall, IReactorTime } from '../../interfaces/index.js';
import { Clock } from '../../time/index.js';
import { MemoryReactor } from './memory-reactor.js';

/**
 * A MemoryReactor with time that passes only when told to. The time of `timeout` options doesn't count: attempts end when the test ends them.
 * Twisted: `MemoryReactorClock`.
 */
export class MemoryReactorClock extends MemoryReactor implements IReactorTime {
  readonly #clock = new Clock();

  seconds(): number {
    return this.#clock.seconds();
  }

  callLater<A extends readonly unknown[]>(
    delay: number,
    f: (...args: A) => unknown,
    ...args: A
  ): IDelayedCall {
    this.requireOpen();
    return this.#clock.callLater(delay, f, ...args);
  }

  getDelayedCalls(): IDelayedCall[] {
    return this.#clock.getDelayedCalls();
  }

  /** Makes the calls of `callFromThread`, then does as `Clock.advance`. */
  advance(amount: number): void {
    super.iterate();
    this.#clock.advance(amount);
  }

  /** `advance` by each of `timings` in turn. */
  pump(timings: Iterable<number>): void {
    for (const amount of timings) this.advance(amount);
  }

  /** `advance(delay)`. */
  override iterate(delay = 0): void {
    this.advance(delay);
  }
}
