import type { Deferred } from './deferred.js';

/**
 * What is between a promise and the Deferred that gets what becomes of it. The promise may live on for long after
 * the Deferred was cancelled, and nothing can be detached from a promise; so only this small object is attached to
 * it, which then lets go of the Deferred.
 */
export class PromiseLink<T> {
  /** Set before `follow`; undefined once the Deferred has got its result or was cancelled. */
  deferred: Deferred<T> | undefined = undefined;
  #abort: AbortController | undefined = undefined;

  /** Waits for `promise`, or for the one that it starts (which it doesn't if the link was cut before). */
  follow(promise: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>)): void {
    try {
      this.#started(promise)?.then(
        (value) => this.#take()?.callback(value),
        (error: unknown) => this.#take()?.errback(error),
      );
    } catch (error) {
      this.#take()?.errback(error);
    }
  }

  /** The Deferred was cancelled. */
  cut(): void {
    this.deferred = undefined;
    this.#abort?.abort();
  }

  #started(promise: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>)): PromiseLike<T> | undefined {
    if (typeof promise !== 'function') return promise;
    if (this.deferred === undefined) return undefined;
    this.#abort = new AbortController();
    return promise(this.#abort.signal);
  }

  /** The Deferred, once. Thenables that aren't promises may settle twice. */
  #take(): Deferred<T> | undefined {
    const { deferred } = this;
    this.deferred = undefined;
    return deferred;
  }
}
