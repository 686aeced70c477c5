/**
 * What a transport may ask of the turn that it runs in. A turn is one bounded pass over due timers and ready
 * descriptors; between turns Node's own loop runs.
 */

/** Something with output to be flushed when the turn ends. */
export interface IFlushable {
  /** Called once for each `flushAtEnd`. Must not throw. */
  flush(): void;
}

/** The turn that is running, as its transports see it. */
export interface ITurn {
  /**
   * Where `recv` may put bytes: one buffer for all, overwritten by the next reader. What is to be kept
   * is copied (`copyOfSlab`), or the buffer itself is kept and `replaceSlab` called.
   */
  readonly slab: Buffer;
  /** The first `length` bytes of the slab in a buffer of their own, which may be kept. */
  copyOfSlab(length: number): Buffer;
  /** The slab was handed to somebody for good; the next reader gets a fresh one. */
  replaceSlab(): void;
  /**
   * Calls `flushable.flush()` when this turn ends, in the order of asking. Outside a turn (after an `await`) it is
   * called once the current JavaScript has run (process.nextTick).
   */
  flushAtEnd(flushable: IFlushable): void;
  /** True when the turn has used up its time: loops should stop and leave the rest to the next turn. */
  expired(): boolean;
}
