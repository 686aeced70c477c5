/**
 * What an FFI package has to offer so that `ForeignLibc` can stand on it: functions of integers. Memory is passed
 * as its address in a number (user-space addresses have at most 47 bits on x86-64 and 48 on arm64, so they fit a
 * double), because a number costs any FFI package far less than a Buffer does.
 */

/** `int`: 32 bits, signed. `word`: as wide as a pointer (size_t, addresses). */
export type ForeignType = 'int' | 'word';

/** A function of the running program: of libc, of libuv. */
export type ForeignFunction = (...args: number[]) => number;

export interface ForeignFunctions {
  /** The FFI package's name. */
  readonly name: string;
  /**
   * The function of this name in the running program and its libraries. Throws if there is none. Its answer is an int (or
   * nothing, or a ssize_t that fits one), unless it is said to be a word.
   */
  bind(name: string, parameters: readonly ForeignType[], answer?: ForeignType): ForeignFunction;
  /** errno as the last failed call on this thread left it. */
  errno(): number;
  /** Where the bytes lie. Holds as long as the buffer isn't detached. */
  addressOf(bytes: ArrayBufferView): number;
  /** The 32-bit words at an address, to read and to write: memory that isn't JavaScript's, and has to outlive the view. */
  wordsAt(address: number, count: number): Int32Array;
}

/** Watches a descriptor for readability in Node's own loop. */
export interface ReadableWatch {
  /**
   * Whether the descriptor was found readable since the last call. Node's loop looks once in each of its rounds, which it
   * begins when there is something; whoever watches asks afterwards, in its check phase (setImmediate).
   */
  takeReadiness(): boolean;
  ref(): void;
  unref(): void;
  /** Ends the watch. Calling it again does nothing. */
  close(): void;
}

/** Begins to watch `fd`, which keeps the loop, and the process, alive. */
export type WatchReadable = (fd: number) => ReadableWatch;
