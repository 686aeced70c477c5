import type { IDelayedCall } from '../interfaces/index.js';
import type { ConnectionDriver } from './connection-driver.js';

/** Watches that a peer takes what is queued for it. It has time from the first byte queued, and again from each that it takes. */
export class SlowReader {
  readonly #timeoutMs: number;
  readonly #driver: Pick<ConnectionDriver, 'after'>;
  readonly #tooSlow: () => void;
  #timer: IDelayedCall | undefined;

  /** `tooSlow` is called when the time is up. */
  constructor(timeoutMs: number, driver: Pick<ConnectionDriver, 'after'>, tooSlow: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#driver = driver;
    this.#tooSlow = tooSlow;
  }

  /** Bytes were queued. */
  queued(): void {
    this.#timer ??= this.#driver.after(this.#timeoutMs, () => {
      this.#timer = undefined;
      this.#tooSlow();
    });
  }

  /** The peer took some, and `bytesLeft` are queued. */
  took(bytesLeft: number): void {
    if (bytesLeft === 0) this.stop();
    else this.#timer?.reset(this.#timeoutMs / 1000);
  }

  /** Nobody waits for the peer any more. */
  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
