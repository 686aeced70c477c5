import { readFileSync, readdirSync } from 'node:fs';

/**
 * The CPU time in ms that a process's threads have used: /proc/PID/task/TID/schedstat counts nanoseconds. (/proc/PID/stat counts
 * hundredths of a second.) It is asked from outside where the process itself has no descriptor left to look with.
 */
export function processorTimeMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  let ns = 0;
  for (const thread of readdirSync(folder)) ns += threadTimeNs(`${folder}/${thread}/schedstat`);
  return ns / 1e6;
}

/** The first number is the time on a processor. A thread that has just ended has used none. */
function threadTimeNs(file: string): number {
  try {
    return Number(readFileSync(file, 'latin1').split(' ', 1)[0]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 0;
    throw error;
  }
}
