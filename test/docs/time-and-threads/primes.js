// primes.ts for the thread, where the loader of the tests isn't at work on Node 20. A program has the compiled file here.
import { tsImport } from 'tsx/esm/api';

export const { countPrimes } = await tsImport('./primes.ts', import.meta.url);
