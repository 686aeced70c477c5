import { DeferredSemaphore } from './deferred-semaphore.js';

/** Lets only one do something at a time: a semaphore with a single token. Twisted: `DeferredLock`. */
export class DeferredLock extends DeferredSemaphore {
  constructor() {
    super(1);
  }

  /** Whether somebody has it. */
  get locked(): boolean {
    return this.tokens === 0;
  }
}
