/**
 * What an FFI package has to offer so that `ForeignLibc` can stand on it: functions of integers. Memory is passed
 * as its address in a number (user-space addresses have at most 47 bits on x86-64 and 48 on arm64, so they fit a
 * double), because a number costs any FFI package far less than a Buffer does.
 */

/** `int`: 32 bits, signed. `word`: as wide as a pointer (size_t, addresses). */
export type ForeignType = 'int' | 'word';

/** A function of libc whose answer is an int, or a ssize_t that fits one. */
export type ForeignFunction = (...args: number[]) => number;

export interface ForeignFunctions {
  /** The FFI package's name. */
  readonly name: string;
  /** The libc function of this name. Throws if libc doesn't have it. */
  bind(name: string, parameters: readonly ForeignType[]): ForeignFunction;
  /** errno as the last failed call on this thread left it. */
  errno(): number;
  /** Where the bytes lie. Holds as long as the buffer isn't detached. */
  addressOf(bytes: ArrayBufferView): number;
}

/** Watches a descriptor for readability in Node's own loop. */
export interface ReadableWatch {
  ref(): void;
  unref(): void;
  /** Ends the watch. Calling it again does nothing. */
  close(): void;
}

/** Calls `onReadable` from Node's loop whenever `fd` is readable. No user code may run in there: it only raises a flag. */
export type WatchReadable = (fd: number, onReadable: () => void) => ReadableWatch;
