import type { Failure } from './failure.js';
import { isThenable } from './thenable.js';

/** What gets the outcome: a Deferred. */
interface Receiver<T> {
  callback(result: T | Failure): void;
  errback(reason: unknown): void;
}

/**
 * What is between a promise and the Deferred that gets what becomes of it. The promise may live on for long after
 * the Deferred was cancelled, and nothing can be detached from a promise; so only this small object is attached to
 * it, which then lets go of the Deferred.
 */
export class PromiseLink<T> {
  /** Set before `follow`; undefined once the Deferred has got its result or was cancelled. */
  receiver: Receiver<T> | undefined = undefined;

  /** Waits for `promise`. Throws a TypeError if it is none. */
  follow(promise: PromiseLike<T>): void {
    if (!isThenable(promise)) throw new TypeError('A promise was expected, or a function that starts one');
    try {
      promise.then(
        (value) => this.#take()?.callback(value),
        (error: unknown) => this.#take()?.errback(error),
      );
    } catch (error) {
      this.#take()?.errback(error);
    }
  }

  /** Waits for the promise that `f` starts with the signal of `deferred`. If that was cancelled already, nothing starts. */
  start(f: (signal: AbortSignal) => PromiseLike<T>, deferred: { readonly signal: AbortSignal }): void {
    if (this.receiver === undefined) return;
    try {
      this.follow(f(deferred.signal));
    } catch (error) {
      this.#take()?.errback(error);
    }
  }

  /** The Deferred was cancelled. */
  cut(): void {
    this.receiver = undefined;
  }

  /** The Deferred, once. Thenables that aren't promises may settle twice. */
  #take(): Receiver<T> | undefined {
    const { receiver } = this;
    this.receiver = undefined;
    return receiver;
  }
}
