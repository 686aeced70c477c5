/**
 * The event loop in which a reactor lives: Node's own, or the simulated kernel's. It wakes the reactor for turns
 * and does nothing else; what a turn does is the reactor's affair.
 *
 * Promises of an implementation: `turn` and `flush` never run inside another call of theirs and never inside a
 * call of these methods; what they throw reaches the program as an uncaught exception; each turn starts with a
 * clean async context.
 */
export interface IHostLoop {
  /** Milliseconds on a monotonic clock; fractions count. */
  now(): number;
  /**
   * Begins: `turn` is called whenever `fd` (an epoll descriptor) is readable, after `requestTurn()`, and when the time of
   * `wakeAt` has come; `flush` after `requestFlush()`, once the JavaScript that is running has run.
   * Throws if `fd` can't be watched. To be called once.
   */
  start(fd: number, turn: () => void, flush: () => void): void;
  /** One turn, soon, even if `fd` isn't readable. Many requests make one turn. */
  requestTurn(): void;
  /** One flush, before the loop does anything else. Many requests make one flush. */
  requestFlush(): void;
  /** A turn at this time of `now()`, or as soon after as can be; never earlier. It replaces the time asked for before; undefined: no such turn. */
  wakeAt(timeMs: number | undefined): void;
  /** Whether the loop, and with it the process, has to stay alive for this reactor. True at first: no. */
  ref(): void;
  /** The loop may end, and the process with it, as far as this reactor is concerned. */
  unref(): void;
  /** Ends it all; no turn and no flush afterwards. The descriptor stays open and must be closed after this call, not before. */
  close(): void;
}
