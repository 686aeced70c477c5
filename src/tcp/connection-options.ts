import type { ConnectionOptions } from '../interfaces/index.js';

/** A connection's limits with all defaults filled in: one object for all connections of a port or connector. */
export interface ConnectionLimits {
  /** The high-water mark in bytes. */
  readonly writeBufferSize: number;
  /** More bytes in the queue abort the connection; Infinity: no limit. */
  readonly writeQueueLimit: number;
  /** A peer that takes nothing for so long is aborted, in ms; Infinity: no limit. */
  readonly slowReaderTimeoutMs: number;
  /** How long to wait for the peer's end, in ms. */
  readonly lingerMs: number;
  /** How much of the peer's input to discard meanwhile. */
  readonly lingerBytes: number;
}

/** Twisted's bufferSize: push producers are paused above it. */
export const WRITE_BUFFER_BYTES = 65_536;
const LINGER_MS = 5_000;
const LINGER_BYTES = 16 * 1024 * 1024;

/** Fills the defaults in. Throws a RangeError for a limit that is negative or not a number. */
export function connectionLimits(options: ConnectionOptions): ConnectionLimits {
  return {
    writeBufferSize: limit('writeBufferSize', options.writeBufferSize, WRITE_BUFFER_BYTES),
    writeQueueLimit: limit('writeQueueLimit', options.writeQueueLimit, Infinity),
    slowReaderTimeoutMs: limit('slowReaderTimeoutMs', options.slowReaderTimeoutMs, Infinity),
    lingerMs: limit('lingerMs', options.lingerMs, LINGER_MS),
    lingerBytes: limit('lingerBytes', options.lingerBytes, LINGER_BYTES),
  };
}

function limit(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (!(value >= 0)) throw new RangeError(`${name} must be a number and not negative, not ${value}`);
  return value;
}
