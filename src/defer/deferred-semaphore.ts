import { inspect } from 'node:util';
import { cancelOnAbort, type AbortOptions } from './abort-signal.js';
import { Deferred, type Settled, type StepResult } from './deferred.js';
import { maybeDeferred } from './maybe-deferred.js';

/**
 * Lets only so many do something at a time; the others wait in the order of asking. Disposing it releases, so
 * `using held = await semaphore.acquire()` holds a token to the end of the block. Twisted: `DeferredSemaphore`.
 */
export class DeferredSemaphore implements Disposable {
  /** How many tokens there are in all. */
  readonly limit: number;
  #tokens: number;
  readonly #waiting = new Set<Deferred<this>>();

  /** Throws a RangeError unless `tokens` is a whole number of at least 1. */
  constructor(tokens: number) {
    if (!(Number.isInteger(tokens) && tokens >= 1)) {
      throw new RangeError(`A semaphore needs one token or more, not ${tokens}`);
    }
    this.limit = tokens;
    this.#tokens = tokens;
  }

  /** How many tokens are free. */
  get tokens(): number {
    return this.#tokens;
  }

  /**
   * Fires, with this semaphore, when a token is there and taken. Cancelled before that (or by `options.signal`), it
   * gives its place up.
   */
  acquire(options: AbortOptions = {}): Deferred<this> {
    const acquired = new Deferred<this>((given) => this.#waiting.delete(given));
    if (options.signal !== undefined) cancelOnAbort(acquired, options.signal);
    if (acquired.called) return acquired;
    if (this.#tokens === 0) {
      this.#waiting.add(acquired);
    } else {
      this.#tokens -= 1;
      acquired.callback(this);
    }
    return acquired;
  }

  /** Gives a token back: the one that waits longest gets it, inside this call. Throws an Error if none was taken. */
  release(): void {
    if (this.#tokens === this.limit) throw new Error('Nothing was acquired that could be released');
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.callback(this);
      return;
    }
    this.#tokens += 1;
  }

  /** Calls `f(...args)` holding a token, which is released when what `f` returned has ended. */
  run<U = never, A extends readonly unknown[] = []>(
    f: (...args: A) => StepResult<U>,
    ...args: A
  ): Deferred<Settled<U>> {
    return this.acquire().addCallback(() =>
      maybeDeferred(f, ...args).addBoth((result) => {
        this.release();
        return result;
      }),
    );
  }

  /** The same as `release()`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** `<DeferredSemaphore, free: 0 of 3, waiting: 2>`. */
  toString(): string {
    return `<${this.constructor.name}, free: ${this.#tokens} of ${this.limit}, waiting: ${this.#waiting.size}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
