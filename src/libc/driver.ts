import type { IHostLoop } from './host-loop.js';
import type { Libc } from './libc.js';

/** The kernel's functions and the loop to live in: what a reactor is made of. */
export interface Driver {
  /** `koffi`, `ffi-napi`, `simulated`, ... */
  readonly name: string;
  /** The kernel's functions. */
  readonly libc: Libc;
  /** A host loop for one reactor. */
  createHostLoop(): IHostLoop;
}
