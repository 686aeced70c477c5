/** What /proc tells of another process (proc(5)). */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts processor time in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;

/** User and system time that a process has used so far, its threads together, in ms. */
function processorTimeMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in parentheses, and may contain anything; field 3 follows it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * TICK_MS;
}

/** The share of one processor, in per cent, that a process uses in the next `windowMs`. */
export async function processorShare(pid: number, windowMs: number): Promise<number> {
  const [from, used] = [performance.now(), processorTimeMs(pid)];
  await sleep(windowMs);
  return ((processorTimeMs(pid) - used) / (performance.now() - from)) * 100;
}

/** The open descriptors of a process: what each number stands for. */
export function descriptors(pid: number | 'self' = 'self'): Map<string, string> {
  const folder = `/proc/${pid}/fd`;
  const open = new Map<string, string>();
  for (const fd of readdirSync(folder)) {
    try {
      open.set(fd, readlinkSync(`${folder}/${fd}`));
    } catch {
      // It was the one for reading this very folder, or was closed since.
    }
  }
  return open;
}

/** The number of open descriptors, once it has been the same for half a second. (Loading a program opens files.) */
export async function settledDescriptorCount(pid: number | 'self' = 'self'): Promise<number> {
  let count = descriptors(pid).size;
  for (let same = 0; same < 10; same += 1) {
    await sleep(50);
    const now = descriptors(pid).size;
    if (now !== count) same = -1;
    count = now;
  }
  return count;
}
