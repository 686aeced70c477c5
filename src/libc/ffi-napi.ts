/**
 * The second driver, over ffi-napi and ref-napi.
 *
 * Facts (the 2060.io forks, Node 20 to 26, found by experiment and in their sources):
 *  - `ffi.errno()` is one more foreign call, and costs like one. errno lies at one address for a thread's whole life
 *    (`__errno_location`, in glibc and musl), so a view of these four bytes gives it by a mere load, with nothing
 *    between the call and the load that could change it.
 *  - Descriptors can be watched in the main thread only (uv-watch.ts): hence no reactor in a worker.
 */
import { type FfiNapi, ForeignProgram } from './ffi-napi-program.js';
import type { ForeignFunction, ForeignFunctions, ForeignType } from './foreign-functions.js';

export { type FfiNapi, loadFfiNapi } from './ffi-napi-program.js';

/** libc's functions through ffi-napi. */
export class FfiNapiFunctions implements ForeignFunctions {
  readonly name = 'ffi-napi';
  readonly #program: ForeignProgram;
  readonly #errno: Int32Array;

  constructor(packages: FfiNapi) {
    this.#program = new ForeignProgram(packages);
    this.#errno = this.wordsAt(this.#program.word('__errno_location', [])(), 1);
  }

  bind(name: string, parameters: readonly ForeignType[], answer: ForeignType = 'int'): ForeignFunction {
    return this.#program[answer](name, parameters);
  }

  errno(): number {
    return this.#errno[0] as number;
  }

  addressOf(bytes: ArrayBufferView): number {
    return this.#program.addressOf(bytes);
  }

  wordsAt(address: number, count: number): Int32Array {
    return this.#program.wordsAt(address, count);
  }
}
