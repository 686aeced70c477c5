import type { IPullProducer, IPushProducer } from '../../interfaces/index.js';

/**
 * Stands between a transport and its producer, so that two can hold the producer up: the transport, whose queue is full, and the
 * throttle. It runs when neither does. (If both told the producer itself, the first one to let it go on would undo what the other
 * had said.)
 */
export class ThrottledProducer implements IPushProducer, IPullProducer {
  readonly #producer: IPushProducer | IPullProducer;
  readonly #streaming: boolean;
  #throttled = false;
  #stopped = false;
  /** A push producer: the transport has paused it. A pull producer: the transport wants nothing. */
  #held: boolean;

  constructor(producer: IPushProducer | IPullProducer, streaming: boolean) {
    this.#producer = producer;
    this.#streaming = streaming;
    this.#held = !streaming;
  }

  // ---- what the transport says

  pauseProducing(): void {
    const ran = this.#runs;
    this.#held = true;
    if (ran) this.#pause();
  }

  resumeProducing(): void {
    this.#held = false;
    this.#resumeIfFree();
  }

  stopProducing(): void {
    this.#stopped = true;
    this.#producer.stopProducing();
  }

  // ---- what the throttle says

  /**
   * Something was written during the rest. A push producer that sets itself going after it has registered hasn't minded that it was
   * paused in between; it is told again, or else it would never stop: the transport, too, is heard only while the producer runs.
   */
  wroteDuringRest(): void {
    if (this.#streaming && !this.#stopped) this.#pause();
  }

  throttle(): void {
    const ran = this.#runs;
    this.#throttled = true;
    if (ran) this.#pause();
  }

  unthrottle(): void {
    if (!this.#throttled) return;
    this.#throttled = false;
    this.#resumeIfFree();
  }

  /** A pull producer runs only inside `resumeProducing`. */
  get #runs(): boolean {
    return this.#streaming && !this.#held && !this.#throttled && !this.#stopped;
  }

  #pause(): void {
    (this.#producer as IPushProducer).pauseProducing();
  }

  #resumeIfFree(): void {
    if (this.#held || this.#throttled || this.#stopped) return;
    if (!this.#streaming) this.#held = true;
    this.#producer.resumeProducing();
  }
}
