import { type ErrnoName, type Libc, SO_ERROR, errno } from '../../src/libc/index.js';
import { InterceptedLibc, type LibcArguments, type LibcCall } from '../../src/testing/index.js';

/** A `Libc` whose sockets have an error of their own to tell: SO_ERROR says it, at the n-th time that it is asked. */
export class PendingErrors extends InterceptedLibc {
  #plans: { readonly errno: ErrnoName; readonly nth: number; readonly persist: boolean }[] = [];
  #asked = 0;
  #injected = 0;

  constructor(libc: Libc) {
    super('erring', libc);
  }

  /** How often it said what isn't so. */
  get injected(): number {
    return this.#injected;
  }

  say(errno: ErrnoName, nth: number, persist: boolean): void {
    this.#plans.push({ errno, nth, persist });
  }

  reset(): void {
    this.#plans = [];
    this.#asked = 0;
    this.#injected = 0;
  }

  protected override intercept(call: LibcCall, args: LibcArguments): number {
    const result = this.make(call, args);
    if (call !== 'getsockopt' || args[2] !== SO_ERROR || result < 0) return result;
    this.#asked += 1;
    const plan = this.#plans.find(
      ({ nth, persist }) => this.#asked === nth || (persist && this.#asked > nth),
    );
    if (plan === undefined) return result;
    this.#injected += 1;
    const value = args[3] as Uint8Array;
    new DataView(value.buffer, value.byteOffset).setInt32(0, errno[plan.errno], true);
    return result;
  }
}
