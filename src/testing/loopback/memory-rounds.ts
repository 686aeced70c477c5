import type { IReactorTime } from '../../interfaces/index.js';
import type { MemoryDriver, Rounds } from './memory-driver.js';

/** What is flushed by flushing is flushed in the same round, so often; as in a reactor's turn. */
const FLUSHES_PER_ROUND_MAX = 4;

/** After so many rounds `flush()` says that two protocols will never be done with each other. Twisted's number. */
const ROUNDS_MAX = 1000;

/** Time that a test lets pass: a Clock, or a MemoryReactorClock. */
export type SteppedTime = IReactorTime & {
  /** So many seconds go by, and the calls that are due are made. */
  advance(amount: number): void;
};

/**
 * The turns of connections in memory, taken when a test says so and never by themselves. What a protocol writes waits for the end
 * of the round, so nobody is called while a write of its own is still on the stack.
 *
 * A round is what a turn is for a reactor: calls that are due, then one read for each end that has something to read, then
 * what was written goes out.
 */
export class MemoryRounds implements Rounds {
  /** The time of all ends. */
  readonly clock: SteppedTime;
  readonly #drivers = new Set<MemoryDriver>();
  #flushables: MemoryDriver[] = [];
  #pumping = false;
  #onWake: () => void = () => undefined;

  constructor(clock: SteppedTime) {
    this.clock = clock;
  }

  /** Whether a round would find nothing to do. Calls that are due later don't count. */
  get idle(): boolean {
    for (const driver of this.#drivers) if (driver.ready) return false;
    return !this.#isDueAfter(0);
  }

  /**
   * Lets `seconds` pass and does one round. True if there was something to do. What a delayed call throws comes
   * out of here. Throws an Error inside a round.
   */
  pump(seconds = 0): boolean {
    this.#requireRest();
    this.#pumping = true;
    try {
      let busy = this.#isDueAfter(seconds);
      this.clock.advance(seconds);
      for (const driver of [...this.#drivers]) if (driver.poll()) busy = true;
      return this.#flushAll() || busy;
    } finally {
      this.#pumping = false;
    }
  }

  /**
   * Does rounds until there is nothing to do. True if there was something. No time passes. Throws an Error after
   * `roundsMax` rounds (1000 unless given): the two will never be done.
   */
  flush(options: { readonly roundsMax?: number } = {}): boolean {
    this.#requireRest();
    const { roundsMax = ROUNDS_MAX } = options;
    let rounds = 0;
    for (; !this.idle; rounds += 1) {
      if (rounds >= roundsMax) {
        throw new Error(`The protocols are still talking with each other after ${roundsMax} rounds`);
      }
      this.pump();
    }
    return rounds > 0;
  }

  /** Lets `seconds` pass at once, then does as `flush()`. True if there was something to do. */
  advance(seconds: number): boolean {
    const busy = this.pump(seconds);
    return this.flush() || busy;
  }

  /**
   * Does as `flush()`, and again after what was waiting for promises has gone on, until that brings nothing new: for protocols
   * whose callbacks are async.
   */
  async settle(): Promise<void> {
    do {
      this.flush();
      await new Promise((resolve) => setImmediate(resolve));
    } while (!this.idle);
  }

  /** Calls `f` each time when there may be something to do that there wasn't before. For whoever pumps by itself. */
  onWake(f: () => void): void {
    this.#onWake = f;
  }

  // ---- what drivers ask

  /** The time of both ends. Make it go by with `advance()`. */
  get time(): SteppedTime {
    return this.clock;
  }

  join(driver: MemoryDriver): void {
    this.#drivers.add(driver);
  }

  leave(driver: MemoryDriver): void {
    this.#drivers.delete(driver);
  }

  flushAtEnd(driver: MemoryDriver): void {
    this.#flushables.push(driver);
    this.#onWake();
  }

  wake(): void {
    this.#onWake();
  }

  #requireRest(): void {
    if (this.#pumping) throw new Error('A round is under way: a callback can not begin another one');
  }

  #flushAll(): boolean {
    let busy = false;
    for (let round = 0; round < FLUSHES_PER_ROUND_MAX && this.#flushables.length > 0; round += 1) {
      for (const driver of this.#flushables.splice(0)) driver.flush();
      busy = true;
    }
    return busy;
  }

  #isDueAfter(seconds: number): boolean {
    const then = this.clock.seconds() + seconds;
    return this.clock.getDelayedCalls().some((call) => call.getTime() <= then);
  }
}
