import { setTimeout as sleep } from 'node:timers/promises';

/** What `promise` gives, or undefined if that takes longer than `limitMs`. */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  const ended = new AbortController();
  try {
    return await Promise.race([promise, sleep(limitMs, undefined, { signal: ended.signal })]);
  } finally {
    ended.abort();
  }
}

/** Waits until `holds` says true, asking it every few milliseconds. False if that takes longer than `limitMs`. */
export async function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}
