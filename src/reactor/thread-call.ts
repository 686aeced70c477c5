import { Failure } from '../defer/index.js';
import { getLog } from '../logger/index.js';

const log = getLog('reactor');

/** A call that `callFromThread` has promised. */
export class ThreadCall {
  readonly #f: (...args: never[]) => unknown;
  readonly #args: readonly unknown[];

  constructor(f: (...args: never[]) => unknown, args: readonly unknown[]) {
    if (typeof f !== 'function') throw new TypeError('callFromThread() takes a function to call');
    this.#f = f;
    this.#args = args;
  }

  /** Makes the call. An exception is logged, and so is the rejection of a promise that it returned. */
  run(): void {
    try {
      const result = (this.#f as (...args: unknown[]) => unknown)(...this.#args);
      if (result instanceof Promise) result.catch((error: unknown) => this.#threw(error));
    } catch (error) {
      this.#threw(error);
    }
  }

  toString(): string {
    return `callFromThread(${this.#f.name})`;
  }

  #threw(error: unknown): void {
    log.failure('{call} threw', Failure.from(error), { call: this.toString() });
  }
}
