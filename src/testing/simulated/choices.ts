/**
 * Where a simulated kernel is free to do one thing or another, these decide: pseudo-random numbers from one seed, so the
 * same seed makes the same choices. (The generator is Mulberry32: 32 bits of state are plenty for choices, and it is quick.)
 */
export class Choices {
  /** What all choices follow from. */
  readonly seed: number;
  #state: number;

  /** Throws a RangeError unless the seed is a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
      throw new RangeError(`A seed is a whole number from 0 to 4294967295, not ${seed}`);
    }
    this.seed = seed;
    this.#state = seed;
  }

  /** A number from 0 up to, and never quite, 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** A number between two others. */
  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  /** True this often: 0 is never, 1 always. What can't be otherwise uses no number up. */
  chance(odds: number): boolean {
    if (odds <= 0) return false;
    return odds >= 1 || this.fraction() < odds;
  }

  /** One of them. Throws a RangeError if there is none. */
  one<T>(things: readonly T[]): T {
    if (things.length === 0) throw new RangeError('There is nothing to choose from');
    return things[things.length === 1 ? 0 : this.integer(0, things.length - 1)] as T;
  }

  /** Brings the things into any order, in place. */
  shuffle(things: unknown[]): void {
    for (let last = things.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [things[last], things[other]] = [things[other], things[last]];
    }
  }
}
