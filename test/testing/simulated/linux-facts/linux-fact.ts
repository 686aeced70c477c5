import type { Calls } from './calls.js';

/** Something that a kernel does. */
export interface LinuxFact {
  readonly name: string;
  readonly run: (calls: Calls) => void;
}
