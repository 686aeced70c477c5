import { cooperate, type CooperativeTask } from '../../../src/index.js';

/** Writes a big table as text, a row at a time, while the reactor goes on with everything else. */
export function exportRows(
  rows: readonly (readonly string[])[],
  write: (line: string) => Promise<void> | undefined,
): CooperativeTask<Generator<Promise<void> | undefined, void>> {
  function* work() {
    // Where `write` answers a promise, the task waits for it.
    for (const row of rows) yield write(`${row.join('\t')}\n`);
  }
  return cooperate(work());
}
