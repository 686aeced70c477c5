import type { HangUp, IDelayedCall } from '../interfaces/index.js';
import type { Failure } from '../defer/index.js';
import type { FileSendError } from '../errors/index.js';
import type { WriteQueue } from './write-queue.js';

/**
 * Where a connection's bytes come from and go to. A connection asks; the driver does it, and feeds the connection
 * through {@link ConnectionFeed}. The readiness driver (recv and send on epoll) is one; a loopback in memory, or
 * a completion driver, are others.
 *
 * None of these calls back into the connection before it returns.
 */
export interface ConnectionDriver {
  /** Feed what arrives. */
  startReading(): void;
  /** Feed nothing more for now; `hangUp` still comes. */
  stopReading(): void;
  /** The queue has bytes, or the connection has something to end: send, and tell `sent`, when the turn ends. */
  startWriting(): void;
  /** End our direction. What the kernel answers doesn't matter: if it fails the connection is on its way out. */
  shutdownWrite(): void;
  /**
   * The connection is over in order: send what `queue` still has, end our direction, wait (within bounds) for the
   * peer's end unless `peerEnded`, close.
   */
  closeInOrder(queue: WriteQueue, peerEnded: boolean): void;
  /** The connection is over: close at once. With `reset` the peer is to get an RST. */
  closeAtOnce(reset: boolean): void;
  /** The connection is over and the descriptor somebody else's now: stop watching, answer its number. */
  release(): number;
  /** Calls `f` in a later turn. */
  later(f: () => void): IDelayedCall;
  /** Calls `f` after so long. */
  after(delayMs: number, f: () => void): IDelayedCall;
}

/** What a driver feeds. None of these throws. */
export interface ConnectionFeed {
  /** What is to be sent. The driver takes from it. */
  readonly queue: WriteQueue;
  /** False once there is no use in reading: asked in order not to copy what nobody wants. */
  readonly wantsData: boolean;
  /** Bytes that the feed may keep. */
  dataReceived(data: Buffer): void;
  /** Bytes came that nobody wants. */
  dataDiscarded(bytes: number): void;
  /** The peer has ended its direction. */
  endOfFile(): void;
  /** The peer went away while reading is stopped. */
  hangUp(how: HangUp): void;
  /** The driver has sent `bytes` of the queue, and taken them from it; 0 when it was empty from the start. */
  sent(bytes: number): void;
  /** A queued file can't be sent to its end. The driver still has its descriptor until it is told to close. */
  fileFailed(error: FileSendError): void;
  /** A call failed: the connection is lost. The driver still has its descriptor until it is told to close. */
  failed(error: Error): void;
  /** The reactor has dropped the descriptor. */
  dropped(reason: Failure): void;
  /** For log records. */
  logPrefix(): string;
}
