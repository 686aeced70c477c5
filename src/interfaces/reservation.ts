/**
 * A spare file descriptor, given up when accept fails with EMFILE so that the waiting client can be accepted
 * and closed instead of left hanging. Best effort: another thread of the process may take the slot meanwhile.
 * Twisted: `_IFileDescriptorReservation` (twisted.internet.tcp).
 */
export interface IFileDescriptorReservation {
  /** True while the spare descriptor is held. */
  available(): boolean;
  /**
   * Opens the spare descriptor unless it is held already. With EMFILE nothing is held afterwards, the failure is
   * logged once until a later attempt succeeds, and another attempt can be made; any other error is thrown.
   */
  reserve(): void;
  /**
   * Gives the descriptor up. Until `exit`, or until the answer is disposed of, code may open one
   * descriptor. Throws an Error if nothing is held (`reserve()` hasn't been called, or `enter()` was called twice).
   */
  enter(): Disposable;
  /**
   * Takes the descriptor back. Never throws: a failure is logged, and `available()` tells. `error` is what the
   * code inside has thrown, if it has; it stays the caller's to throw on.
   */
  exit(error?: unknown): void;
}
