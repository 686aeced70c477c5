import { Deferred, type Failure } from '../defer/index.js';

/** Deferreds that wait for the same thing. Who asks while the others are being told waits for the next time. */
export class Waiters {
  #waiting: Deferred<void>[] = [];

  add(): Deferred<void> {
    const deferred = new Deferred<void>();
    this.#waiting.push(deferred);
    return deferred;
  }

  fire(): void {
    for (const deferred of this.#waiting.splice(0)) deferred.callback();
  }

  fail(reason: Failure): void {
    for (const deferred of this.#waiting.splice(0)) deferred.errback(reason);
  }
}
