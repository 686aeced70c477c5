import type { IConsumer, IPullProducer } from '../../interfaces/index.js';

/** How many pieces it has. */
const PIECES = 10;

/**
 * A pull producer with ten pieces, the digits from 0 to 9. Then it unregisters itself; asked once more, it throws an
 * Error. Twisted: `NonStreamingProducer` (twisted.internet.testing).
 */
export class NonStreamingProducer implements IPullProducer {
  /** `stopProducing` was called. */
  stopped = false;
  readonly #consumer: IConsumer;
  #produced = 0;

  constructor(consumer: IConsumer) {
    this.#consumer = consumer;
  }

  /** How many pieces were produced. */
  get produced(): number {
    return this.#produced;
  }

  resumeProducing(): void {
    if (this.stopped || this.#produced === PIECES)
      throw new Error('A producer that is done was asked for more');
    this.#consumer.write(Buffer.from(String(this.#produced)));
    this.#produced += 1;
    if (this.#produced === PIECES) this.#consumer.unregisterProducer();
  }

  /** Always throws an Error: a consumer must not pause a pull producer. */
  pauseProducing(): never {
    throw new Error('A pull producer was paused');
  }

  stopProducing(): void {
    this.stopped = true;
  }
}
