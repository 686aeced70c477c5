import { type AbortOptions, Deferred, TimeoutError, cancelOnAbort, fail } from '../defer/index.js';
import type { IDelayedCall, IReactorTime } from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import { FilesystemLock } from './filesystem-lock.js';

/** `deferUntilLocked()` was called while a call of it was waiting. Twisted: `AlreadyTryingToLockError`. */
export class AlreadyTryingToLockError extends Error {
  override readonly name: string = 'AlreadyTryingToLockError';

  constructor(message = 'The lock is being waited for already', options?: ErrorOptions) {
    super(message, options);
  }
}

/** How often a {@link DeferredFilesystemLock} tries. */
export interface DeferredFilesystemLockOptions {
  /** Whose time counts. The default reactor's if it isn't given. Twisted: `scheduler`. */
  readonly clock?: Pick<IReactorTime, 'callLater'>;
  /** How long after an attempt the next one comes. Default 1000. */
  readonly intervalMs?: number;
}

export interface DeferUntilLockedOptions extends AbortOptions {
  /** Give up after so many seconds. For ever if it isn't given. */
  readonly timeout?: number;
}

/** A {@link FilesystemLock} that can be waited for. Twisted: `DeferredFilesystemLock`. */
export class DeferredFilesystemLock extends FilesystemLock {
  readonly #clock: Pick<IReactorTime, 'callLater'> | undefined;
  readonly #intervalS: number;
  #waiting: Deferred<void> | undefined;
  #attempt: IDelayedCall | undefined;
  #deadline: IDelayedCall | undefined;

  /** `name` is the path of the lock. Throws a RangeError unless `intervalMs` is above 0. */
  constructor(name: string, { clock, intervalMs = 1000 }: DeferredFilesystemLockOptions = {}) {
    super(name);
    if (!(intervalMs > 0)) throw new RangeError(`The interval must be above 0 ms, not ${intervalMs}`);
    this.#clock = clock;
    this.#intervalS = intervalMs / 1000;
  }

  /**
   * Tries to take the lock, now and at each interval. The Deferred fires when it is taken, perhaps inside this call. It fails with
   * a TimeoutError (that of Deferreds) when the time is up; with AlreadyTryingToLockError while another waits; with
   * what an attempt throws. Cancelled, or its signal aborted, it gives up. Throws a RangeError for a negative timeout.
   */
  deferUntilLocked({ timeout, signal }: DeferUntilLockedOptions = {}): Deferred<void> {
    if (this.#waiting !== undefined) return fail(new AlreadyTryingToLockError());
    const clock = this.#clock ?? getReactor();
    const waiting = new Deferred<void>(() => void this.#giveUp());
    if (timeout !== undefined) this.#deadline = clock.callLater(timeout, () => this.#timedOut(timeout));
    this.#waiting = waiting;
    if (signal !== undefined) cancelOnAbort(waiting, signal);
    if (!waiting.called) this.#try(clock);
    return waiting;
  }

  #try(clock: Pick<IReactorTime, 'callLater'>): void {
    try {
      if (this.lock()) this.#giveUp()?.callback();
      else this.#attempt = clock.callLater(this.#intervalS, () => this.#try(clock));
    } catch (error) {
      this.#giveUp()?.errback(error);
    }
  }

  #timedOut(timeout: number): void {
    this.#giveUp()?.errback(new TimeoutError(`The lock ${this.name} could not be taken within ${timeout} s`));
  }

  /** Nothing is waited for any more. Answers who has waited. */
  #giveUp(): Deferred<void> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#attempt?.[Symbol.dispose]();
    this.#deadline?.[Symbol.dispose]();
    return waiting;
  }
}
