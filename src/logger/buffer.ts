/**
 * Log records held back for a while.
 *
 * A sink may open a file. While the accept loop has given its spare descriptor up, that file would take the slot which
 * the loop needs; so what it logs is delivered only after the descriptor is back. Twisted: `_BuffersLogs`.
 */
let held: (() => void)[] | undefined;

/**
 * Calls `block` and answers what it answers. Records made inside (of all logs) are delivered when it has ended, in the
 * order of making, also if it throws. Blocks may stand inside each other: the outermost delivers. `block` is
 * synchronous; what it does after an `await` is no longer inside.
 */
export function bufferLogs<T>(block: () => T): T {
  if (held !== undefined) return block();
  const records: (() => void)[] = [];
  held = records;
  try {
    return block();
  } finally {
    held = undefined;
    for (const deliver of records) deliver();
  }
}

/** Calls `deliver` now, or when the block that holds records back has ended. It must not throw. */
export function deliverOrHold(deliver: () => void): void {
  if (held === undefined) deliver();
  else held.push(deliver);
}
