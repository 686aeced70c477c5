import type { Libc } from '../../src/libc/index.js';
import { InterceptedLibc, type LibcArguments, type LibcCall } from '../../src/testing/index.js';

/** How a kernel does one call in its own way: given the arguments, and what makes the call as it should be. */
export type OddAnswer = (args: LibcArguments, make: () => number) => number;

/** A kernel that does one call in its own way: what checks behaviour has to notice it. */
export class OddLibc extends InterceptedLibc {
  readonly #call: LibcCall;
  readonly #answer: OddAnswer;

  constructor(libc: Libc, call: LibcCall, answer: OddAnswer) {
    super('odd', libc);
    this.#call = call;
    this.#answer = answer;
  }

  protected override intercept(call: LibcCall, args: LibcArguments): number {
    const make = (): number => this.make(call, args);
    return call === this.#call ? this.#answer(args, make) : make();
  }
}
