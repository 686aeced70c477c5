import { Deferred, DeferredSemaphore } from '../defer/index.js';
import type { ThreadPool } from './thread-pool.js';

const uses = new WeakMap<ThreadPool, PoolUse>();

/**
 * What heddle has a pool do. No more is given to the pool at a time than it has threads, and the rest waits here, in the
 * order of asking: Piscina's own queue loses the order of work that can be cancelled.
 */
export class PoolUse {
  readonly #threads: DeferredSemaphore;
  readonly #idle: Deferred<void>[] = [];
  #underWay = 0;

  constructor(pool: ThreadPool) {
    this.#threads = new DeferredSemaphore(pool.maxThreads);
  }

  /** The use of this pool. */
  static of(pool: ThreadPool): PoolUse {
    const known = uses.get(pool);
    if (known !== undefined) return known;
    const use = new PoolUse(pool);
    uses.set(pool, use);
    return use;
  }

  /** Starts the work when a thread is free for it. Cancelled before, it leaves the queue. */
  run<T>(start: (signal: AbortSignal) => Promise<T>): Deferred<T> {
    this.#underWay += 1;
    const result = this.#threads.run(() => Deferred.fromPromise(start));
    return result.addBoth((outcome) => {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const idle of this.#idle.splice(0)) idle.callback();
      return outcome;
    });
  }

  /** Fires when all work is done that waits or is under way, in success or failure. */
  idle(): Deferred<void> {
    const idle = new Deferred<void>();
    if (this.#underWay === 0) idle.callback();
    else this.#idle.push(idle);
    return idle;
  }
}
