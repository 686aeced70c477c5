import type { IDelayedCall, IReactorTime } from '../interfaces/index.js';
import type { DescriptorAccounting } from '../libc/index.js';

/** The first retry comes after so long; each further one in a row waits twice as long, up to the maximum. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 500;

/**
 * A port's rest after an accept that time may mend: until one of this process's own descriptors is closed, or the
 * retry time has come (others may have closed theirs, or the system may have found memory).
 */
export class AcceptPause {
  readonly #time: IReactorTime;
  readonly #descriptors: DescriptorAccounting;
  readonly #resume: () => void;
  #retryMs = RETRY_FIRST_MS;
  #timer: IDelayedCall | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(time: IReactorTime, descriptors: DescriptorAccounting, resume: () => void) {
    this.#time = time;
    this.#descriptors = descriptors;
    this.#resume = resume;
  }

  get active(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins to rest. The answer is the retry time in ms. */
  begin(): number {
    this.end();
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    this.#timer = this.#time.callLater(retryMs / 1000, this.#over);
    // A close happens in the middle of something else, so the port is woken in a later turn.
    this.#unsubscribe = this.#descriptors.onceClosed(() => this.#timer?.reset(0));
    return retryMs;
  }

  /** Accepting worked: the next rest is a short one again. */
  succeeded(): void {
    this.#retryMs = RETRY_FIRST_MS;
  }

  /** Ends the rest without resuming. */
  end(): void {
    if (this.#timer?.active() === true) this.#timer.cancel();
    this.#unsubscribe?.();
    this.#timer = undefined;
    this.#unsubscribe = undefined;
  }

  readonly #over = (): void => {
    this.end();
    this.#resume();
  };
}
