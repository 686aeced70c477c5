import type { Failure } from '../defer/failure.js';

/** Gives log records the name of what is at work. Twisted: `ILoggingContext`. */
export interface ILoggingContext {
  /** A short name without line breaks. Called only when something is logged. */
  logPrefix(): string;
}

/** Something with a file descriptor that a reactor can watch. Twisted: `IFileDescriptor`. */
export interface IFileDescriptor extends ILoggingContext {
  /**
   * The descriptor's number, the same as long as it is open; -1 when there is none any more. A reactor that
   * sees -1 after a callback drops the descriptor and calls `connectionLost`. Never called after the
   * descriptor was removed from the reactor.
   */
  fileno(): number;
  /**
   * The reactor has dropped this descriptor for good, because it failed or because the reactor shuts down.
   * Release the descriptor here. Called at most once by a reactor; an exception is logged.
   */
  connectionLost(reason: Failure): void;
}

/**
 * What `doRead` and `doWrite` return: nothing when all is well, or the error with which the reactor is to
 * drop the descriptor. Throwing the error does the same and also logs it.
 */
export type DisconnectReason = Error | Failure | undefined | void;

/** Wants to know when it can read. Twisted: `IReadDescriptor`. */
export interface IReadDescriptor extends IFileDescriptor {
  /** There is something to read, an end, or an error. Called once per turn while the condition lasts. */
  doRead(): DisconnectReason;
}

/** Wants to know when it can write. Twisted: `IWriteDescriptor`. */
export interface IWriteDescriptor extends IFileDescriptor {
  /** Writing won't block. Called once per turn while the condition lasts. */
  doWrite(): DisconnectReason;
}

/** Wants to know both. Twisted: `IReadWriteDescriptor`. */
export interface IReadWriteDescriptor extends IReadDescriptor, IWriteDescriptor {}

/** Is told of each direction's end apart. Twisted: `IHalfCloseableDescriptor`. */
export interface IHalfCloseableDescriptor extends IFileDescriptor {
  /** Reading ended in order; the descriptor is no longer watched for reading. */
  readConnectionLost(reason: Failure): void;
  /** Writing ended in order; the descriptor is no longer watched for writing. */
  writeConnectionLost(reason: Failure): void;
}

/** How the other side went away while nobody was reading: it ended its writing, or everything is over. */
export type HangUp = 'ended' | 'reset';

/** Wants to know that the other side went away even while it isn't reading. */
export interface IHangUpDescriptor extends IFileDescriptor {
  /** Called at most once per kind and registration, and not at all while the descriptor is watched for reading. */
  hangUp(how: HangUp): void;
}
