import type { ConformanceGroup } from './case.js';
import { callCases } from './reactor-call-cases.js';
import { closeCases } from './reactor-close-cases.js';
import { reactorFaultCases } from './reactor-fault-cases.js';
import { fdSetCases } from './reactor-fdset-cases.js';
import { hangUpCases } from './reactor-hang-up-cases.js';
import { runCases } from './reactor-run-cases.js';

/** The cases of the reactor's core and its descriptor set. */
export const reactorCases: readonly ConformanceGroup[] = [
  { title: 'run, stop, crash', cases: runCases },
  { title: 'timers, calls from threads, iterate', cases: callCases },
  { title: 'watched descriptors', cases: fdSetCases },
  { title: 'hang-ups', cases: hangUpCases },
  { title: 'a kernel that refuses', cases: reactorFaultCases },
  { title: 'close', cases: closeCases },
];
