import { type Deferred, type Failure, fail, succeed } from '../defer/index.js';
import { Waiters } from '../tcp/waiters.js';

/** Work that several may wait for. Each gets a Deferred of their own with the outcome; before it begins it counts as done. */
export class UnderWay {
  readonly #waiters = new Waiters();
  #failure: Failure | undefined;
  #ended = true;

  /** Nothing is under way (any more). */
  get ended(): boolean {
    return this.#ended;
  }

  /** Says that the work begins, and then has `begin` do so. To be called once. */
  start(begin: () => Deferred<unknown>): this {
    this.#ended = false;
    begin().addCallbacks(
      () => {
        this.#ended = true;
        this.#waiters.fire();
      },
      (failure) => {
        this.#ended = true;
        this.#failure = failure;
        this.#waiters.fail(failure);
      },
    );
    return this;
  }

  /** The outcome, at once if it is there. */
  wait(): Deferred<void> {
    if (!this.#ended) return this.#waiters.add();
    return this.#failure === undefined ? succeed<void>(undefined) : fail<void>(this.#failure);
  }

  /** Fires when it is over, whatever its outcome. */
  waitForEnd(): Deferred<void> {
    return this.wait().addErrback(() => undefined);
  }
}
