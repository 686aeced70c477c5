import type { ConformanceGroup } from './case.js';
import { reactorCases } from './reactor-cases.js';
import { tcpCases } from './tcp-cases.js';

/** All cases, by theme. */
export const allCases: readonly ConformanceGroup[] = [...reactorCases, ...tcpCases];
