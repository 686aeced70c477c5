import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import type { Cores } from './row.js';

/**
 * The processors to bind servers and the load generator to: those named ("0,1"), else the first two that this
 * process may use. Null, and a word to `warn`, where they can't be bound. Throws a RangeError for words that
 * don't name two.
 */
export function chooseCores(named: string | undefined, warn: (line: string) => void): Cores | null {
  if (spawnSync('taskset', ['--version']).error !== undefined) {
    warn('taskset is not there: nothing is bound to a processor, and figures will swing more.');
    return null;
  }
  const [server, load] = named === undefined ? allowedCores() : coreList(named);
  if (server === undefined || load === undefined) {
    if (named !== undefined) throw new RangeError('--cores needs two processors, as in 0,1');
    warn('There is one processor only: server and load generator share it, and figures will swing more.');
    return null;
  }
  return { server, load };
}

function allowedCores(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  return coreList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '');
}

/** The numbers in a list such as "0-2,5". */
export function coreList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [, first, last] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(range) ?? [];
    if (first === undefined) throw new RangeError(`"${text}" is not a list of processors`);
    const count = Number(last ?? first) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
}
