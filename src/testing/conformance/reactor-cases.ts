import type { ConformanceGroup } from './case.js';

/** The cases of the reactor's core and its descriptor set. */
export const reactorCases: readonly ConformanceGroup[] = [];
