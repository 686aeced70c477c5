import type { ILoggingContext } from '../interfaces/descriptor.js';

/**
 * What is at work now: its `logPrefix()` becomes the property `system` of each record made meanwhile.
 *
 * A reactor sets it around every call into a descriptor, so setting it is one assignment and nothing more; the prefix is
 * asked for only when something is logged. It is not carried over an `await`: there Node's AsyncLocalStorage would be
 * needed, which costs more than the call it would tell about.
 */
let current: ILoggingContext | undefined;

/** Makes `context` what is at work, and answers what was before: give that back when the work is done. */
export function setLogContext(context: ILoggingContext | undefined): ILoggingContext | undefined {
  const former = current;
  current = context;
  return former;
}

/** Calls `work` with `context` at work, and answers what it answers. Twisted: `callWithContext`. */
export function withLogContext<T>(context: ILoggingContext, work: () => T): T {
  const former = setLogContext(context);
  try {
    return work();
  } finally {
    setLogContext(former);
  }
}

/** The log prefix of what is at work; `-` if nothing is, `?` if its `logPrefix()` throws. */
export function logSystem(): string {
  if (current === undefined) return '-';
  try {
    return current.logPrefix();
  } catch {
    // A record is about to be made, often about an error: it matters more than its prefix.
    return '?';
  }
}
