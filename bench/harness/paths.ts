import { resolve } from 'node:path';

/** The repository and the folders of the benchmarks in it. */
export const REPOSITORY = resolve(import.meta.dirname, '../..');
export const BENCH = resolve(REPOSITORY, 'bench');
/** What gcc makes, and what is kept of runs: neither is in the repository. */
export const BUILD = resolve(BENCH, 'build');
export const RESULTS = resolve(BENCH, 'results');
