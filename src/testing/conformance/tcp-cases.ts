import type { ConformanceGroup } from './case.js';
import { echoCases } from './echo-cases.js';

/** The cases of TCP, by theme. */
export const tcpCases: readonly ConformanceGroup[] = [{ title: 'echo', cases: echoCases }];
