import type { IDelayedCall, IReactorTime } from '../../interfaces/index.js';

/** The only window there is, in seconds: rates are given per second. */
const WINDOW = 1;

/** So many windows' worth may pass in one; what is more is answered at once. */
const BURST = 2;

/** What a {@link ByteRate} asks of those whose bytes it counts. */
export interface RateLimited {
  /** More than the limit has passed: rest. */
  rest(): void;
  /** The rest has lasted long enough. */
  goOn(): void;
}

/**
 * Holds a stream of bytes to a rate on average. Bytes are counted in windows of a second, the first of which begins
 * with the first byte. When a window in which `used` bytes passed ends above the limit, a rest of `used / limit - 1` seconds
 * follows: window and rest together are then as long as the limit allows for those bytes. Bytes that pass during the
 * rest count towards the next window.
 *
 * If more passes in a window than two would allow, the rest begins at once, or else a fast network would bring any amount through in
 * the first second. So whoever heeds the rests gets no more than twice the limit at a time, and the piece by which it was exceeded.
 *
 * There is a timer only while bytes are being counted or a rest lasts: who is idle costs nothing.
 */
export class ByteRate {
  readonly #limit: number;
  readonly #clock: Pick<IReactorTime, 'callLater'>;
  readonly #limited: RateLimited;
  #used = 0;
  #resting = false;
  #call: IDelayedCall | undefined;

  /** `limit` is in bytes per second. Throws a RangeError unless it is above 0. */
  constructor(limit: number, clock: Pick<IReactorTime, 'callLater'>, limited: RateLimited) {
    if (!(limit > 0)) throw new RangeError(`A limit must be more than 0 bytes per second, not ${limit}`);
    this.#limit = limit;
    this.#clock = clock;
    this.#limited = limited;
  }

  get resting(): boolean {
    return this.#resting;
  }

  /** So many bytes have passed. */
  count(bytes: number): void {
    this.#used += bytes;
    this.#call ??= this.#clock.callLater(WINDOW, this.#windowEnds);
    if (this.#used > BURST * WINDOW * this.#limit) this.#rest();
  }

  /** Forgets what was counted; a rest is over without `goOn`. */
  reset(): void {
    this.#call?.[Symbol.dispose]();
    this.#call = undefined;
    this.#used = 0;
    this.#resting = false;
  }

  readonly #windowEnds = (): void => {
    const excess = this.#used / this.#limit - WINDOW;
    this.#used = 0;
    this.#call = undefined;
    if (excess <= 0) return;
    this.#call = this.#clock.callLater(excess, this.#restEnds);
    this.#rest();
  };

  readonly #restEnds = (): void => {
    this.#resting = false;
    this.#call = this.#used > 0 ? this.#clock.callLater(WINDOW, this.#windowEnds) : undefined;
    this.#limited.goOn();
  };

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#limited.rest();
  }
}
