import { inspect } from 'node:util';
import { cancelOnAbort, type AbortOptions } from './abort-signal.js';
import { Deferred } from './deferred.js';
import { QueueOverflow, QueueUnderflow } from './errors.js';

/** The limits of a {@link DeferredQueue}. */
export interface DeferredQueueOptions {
  /** How many objects may wait to be got; no limit if it isn't given. */
  readonly size?: number;
  /** How many may wait for an object; no limit if it isn't given. */
  readonly backlog?: number;
}

/**
 * Hands objects over, first in first out, from those who put them to those who get them, whoever comes first.
 * Twisted: `DeferredQueue`.
 */
export class DeferredQueue<T> {
  readonly #size: number;
  readonly #backlog: number;
  /** Objects that nobody has got yet. A Map keeps the order and gives up its first in constant time. */
  readonly #pending = new Map<number, T>();
  readonly #waiting = new Set<Deferred<T>>();
  #count = 0;

  /** Throws a RangeError for a limit that is negative or not a number. */
  constructor(options: DeferredQueueOptions = {}) {
    this.#size = limit('size', options.size);
    this.#backlog = limit('backlog', options.backlog);
  }

  /** Gives `object` to whoever waits longest, or keeps it. Throws QueueOverflow if as many are kept as may be. */
  put(object: T): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.callback(object);
      return;
    }
    if (this.#pending.size >= this.#size) throw new QueueOverflow();
    this.#pending.set((this.#count += 1), object);
  }

  /**
   * Fires with the next object, which is then out of the queue. Cancelled before that (or by `options.signal`), it
   * gives its place up. Throws QueueUnderflow if as many wait as may.
   */
  get(options: AbortOptions = {}): Deferred<T> {
    if (this.#pending.size === 0 && this.#waiting.size >= this.#backlog) throw new QueueUnderflow();
    const got = new Deferred<T>((given) => this.#waiting.delete(given));
    if (options.signal !== undefined) cancelOnAbort(got, options.signal);
    if (got.called) return got;
    for (const [key, object] of this.#pending) {
      this.#pending.delete(key);
      got.callback(object);
      return got;
    }
    this.#waiting.add(got);
    return got;
  }

  /** `<DeferredQueue, kept: 3, waiting: 0>`: the objects in it, and those who wait for one. */
  toString(): string {
    return `<${this.constructor.name}, kept: ${this.#pending.size}, waiting: ${this.#waiting.size}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function limit(name: string, given = Infinity): number {
  if (given >= 0) return given;
  throw new RangeError(`The ${name} of a queue must be 0 or more, not ${given}`);
}
