import type { Calls } from './calls.js';

/** Something that a kernel does. */
export interface LinuxFact {
  readonly name: string;
  /** It takes a machine with IPv6. */
  readonly needsIPv6?: true;
  readonly run: (calls: Calls) => void;
}
