/** What is said between a reactor's {@link ThreadCalls} and a thread that calls it, over a MessagePort. */
import type { MessagePort } from 'node:worker_threads';
import type { PackedError } from './thread-error.js';

/** Functions that other threads may call, by name: what `F` has to be. */
export type ThreadFunctions<F> = { readonly [K in keyof F]: (...args: never[]) => unknown };

declare const functions: unique symbol;

/** A port through which a thread may call `F` in the reactor's thread. Hand it to the thread, e.g. as an argument. */
export type ReactorPort<F> = MessagePort & {
  /** For the compiler only: there is no such property. */
  readonly [functions]?: F;
};

/** The first message, from the reactor, before the port is handed on. */
export interface Greeting {
  /** The thread that the reactor is in. */
  readonly threadId: number;
  /** Shared by both sides: see {@link ANSWERS} and {@link CLOSED}. */
  readonly state: Int32Array;
}

/** From the thread: a call. */
export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** From the reactor: what became of it. */
export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: PackedError };

/** In `state`: grows with each answer, after that was sent; what a thread that blocks waits for. */
export const ANSWERS = 0;
/** In `state`: 1 once the reactor's side is closed and no answer will come. */
export const CLOSED = 1;

export function makeState(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}
