/** Time as a reactor sees it: monotonic, in seconds. Twisted: `IReactorTime`. */
export interface IReactorTime {
  /** Seconds since some fixed moment; never goes back, and has nothing to do with the time of day. */
  seconds(): number;
  /**
   * Calls `f(...args)` once, `delay` seconds from now or as soon after as a turn begins; never inside this
   * call. Calls due at the same time are made in the order of calling. An exception is logged.
   * Throws a RangeError if `delay` is negative or not a number, a TypeError if `f` isn't a function.
   */
  callLater<A extends readonly unknown[]>(
    delay: number,
    f: (...args: A) => unknown,
    ...args: A
  ): IDelayedCall;
  /** All calls still to be made, in no particular order. */
  getDelayedCalls(): IDelayedCall[];
}

/**
 * A call that `callLater` promised. `cancel`, `delay` and `reset` throw AlreadyCalled once the call is made
 * (or being made) and AlreadyCancelled once it is cancelled. Twisted: `IDelayedCall`.
 */
export interface IDelayedCall extends Disposable {
  /** When the call is due, on the clock of `seconds()`. */
  getTime(): number;
  /** The call will not be made. */
  cancel(): void;
  /** Due `secondsLater` after the time at which it was due. Negative: sooner. */
  delay(secondsLater: number): void;
  /** Due `secondsFromNow` after now. Throws a RangeError if negative. */
  reset(secondsFromNow: number): void;
  /** True until the call is made or cancelled. */
  active(): boolean;
  /** Cancels the call if it is still to be made; never throws. */
  [Symbol.dispose](): void;
}
