import { Deferred } from './deferred.js';
import type { CancelledError } from './errors.js';

/**
 * The Deferred of an async function that is called with a signal. Cancelling it aborts the signal, and the function
 * decides what becomes of that, as a coroutine does: it may clean up, and end in an error or in a result. Cancelling
 * it again doesn't wait for it any longer. A function that takes no signal can't be told: then the first time is enough.
 */
export class AsyncCall<T> extends Deferred<T> {
  #mayBeAsked: boolean;

  constructor(f: (signal: AbortSignal) => PromiseLike<T>) {
    super();
    this.#mayBeAsked = f.length > 0;
    const promise = new Promise<T>((resolve) => {
      resolve(f(this.signal));
    });
    Deferred.fromPromise(promise).relay((result) => {
      this.callback(result);
    });
  }

  protected override cancelUnfired(error: CancelledError): void {
    if (this.#mayBeAsked) this.#mayBeAsked = false;
    else super.cancelUnfired(error);
  }
}
