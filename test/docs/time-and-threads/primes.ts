import { callFromThread, type ReactorPort } from '../../../src/index.js';

export interface Calls {
  progress(percent: number): void;
}

/** How many primes there are below `limit`. */
export async function countPrimes(port: ReactorPort<Calls>, limit: number): Promise<number> {
  const isComposite = new Uint8Array(limit);
  let count = 0;
  for (let n = 2; n < limit; n += 1) {
    if (n % (limit / 4) === 0) await callFromThread(port, 'progress', (100 * n) / limit);
    if (isComposite[n] === 1) continue;
    count += 1;
    for (let multiple = n * n; multiple < limit; multiple += n) isComposite[multiple] = 1;
  }
  return count;
}
