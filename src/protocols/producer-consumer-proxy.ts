import type { IConsumer, IPullProducer, IPushProducer } from '../interfaces/index.js';

/** How much a {@link ProducerConsumerProxy} keeps. */
export interface ProducerConsumerProxyOptions {
  /** Whether it is to its consumer a push producer, else a pull producer. Default true. */
  readonly streaming?: boolean;
  /** How many bytes are held before the producer is paused. Default 65,536; 0 pauses it as soon as anything is held. */
  readonly bufferSize?: number;
}

/**
 * Stands between a producer and a consumer: to the producer it is the consumer, to the consumer the producer. Each side may
 * push or pull, as suits it, and `transform` may change what passes.
 *
 * Bytes that come while the consumer is paused, or (if it pulls) hasn't asked, are held, and handed over as one piece when it goes on. A
 * push producer is paused when more than `bufferSize` bytes are held, and resumed when none are; a pull producer is asked for
 * more as long as the consumer takes it.
 *
 * It registers itself with the consumer when it is made. When the producer unregisters, so does this, once nothing is held;
 * another producer may follow.
 * Twisted: `twisted.protocols.pcp.ProducerConsumerProxy`.
 */
export class ProducerConsumerProxy implements IConsumer, IPushProducer, IPullProducer {
  readonly #consumer: IConsumer;
  readonly #streaming: boolean;
  readonly #bufferSize: number;
  #producer: IPushProducer | IPullProducer | undefined;
  #producerPushes = false;
  #producerPaused = false;
  /** The producer has unregistered, so this will, or has done so. */
  #unregistered = false;
  #stopped = false;
  /** True inside {@link #pull}; `#answered` is whether the producer has written since it was asked. */
  #pulling = false;
  #answered = false;
  /** The consumer wants nothing now: it pushes back, or it hasn't pulled. */
  #held: boolean;
  #pieces: Uint8Array[] = [];
  #bytesHeld = 0;

  constructor(consumer: IConsumer, options: ProducerConsumerProxyOptions = {}) {
    const { streaming = true, bufferSize = 65_536 } = options;
    this.#consumer = consumer;
    this.#streaming = streaming;
    this.#bufferSize = bufferSize;
    this.#held = !streaming;
    this.#register();
  }

  /** How many bytes are held. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** What the consumer gets instead of `data`; may be empty. To be overridden. */
  transform(data: Uint8Array): Uint8Array {
    return data;
  }

  // ---- to the producer, a consumer

  registerProducer(producer: IPushProducer, streaming: true): void;
  /** The same for a producer that is asked for each piece. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.#stopped) {
      producer.stopProducing();
      return;
    }
    if (this.#producer !== undefined) {
      throw new Error('A producer is registered already, and a proxy takes one at a time');
    }
    this.#producer = producer;
    this.#producerPushes = streaming;
    this.#producerPaused = false;
    const gone = this.#unregistered && this.#bytesHeld === 0;
    this.#unregistered = false;
    if (gone) this.#register();
    if (!streaming) this.#pull();
  }

  unregisterProducer(): void {
    this.#producer = undefined;
    this.#unregistered = true;
    this.#unregisterIfDone();
  }

  /** False if it would be wise to wait. Throws a TypeError for anything but a Uint8Array. After `stopProducing` it does nothing. */
  write(data: Uint8Array): boolean {
    if (!(data instanceof Uint8Array)) throw new TypeError('A proxy takes bytes: use Buffer.from for text');
    if (this.#stopped) return false;
    this.#answered = true;
    const passed = this.transform(data);
    return this.#held ? this.#hold(passed) : this.#pass(passed);
  }

  #pass(data: Uint8Array): boolean {
    if (data.length === 0) return true;
    // Before the consumer is called, which may pause or ask again in there.
    this.#held = !this.#streaming;
    const wantsMore = this.#consumer.write(data) && this.#streaming;
    // A piece that came late, when nobody was asking any more.
    if (!this.#producerPushes && this.#isFree() && this.#producer !== undefined) this.#pull();
    return wantsMore;
  }

  #hold(passed: Uint8Array): boolean {
    if (passed.length > 0) this.#pieces.push(passed);
    this.#bytesHeld += passed.length;
    if (this.#bytesHeld <= this.#bufferSize) return true;
    if (this.#producerPushes && !this.#producerPaused) {
      this.#producerPaused = true;
      (this.#producer as IPushProducer | undefined)?.pauseProducing();
    }
    return false;
  }

  // ---- to the consumer, a producer

  /** The consumer can take no more: bytes are held from now on. */
  pauseProducing(): void {
    this.#held = true;
  }

  /** The consumer can take more: what is held, or what the producer has. */
  resumeProducing(): void {
    if (this.#stopped) return;
    this.#held = false;
    if (this.#bytesHeld > 0) {
      this.#handOver();
      if (this.#unregistered) this.#unregisterIfDone();
      // A consumer that pulls has its piece; one that is pushed may have paused it again.
      if (!this.#isFree()) {
        this.#resumePaused();
        return;
      }
    }
    if (this.#producerPushes) this.#resumePaused();
    else this.#pull();
  }

  /** The consumer is gone: what is held is dropped, and the producer is told. */
  stopProducing(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#pieces = [];
    this.#bytesHeld = 0;
    const producer = this.#producer;
    this.#producer = undefined;
    producer?.stopProducing();
  }

  #register(): void {
    this.#consumer.registerProducer(this, this.#streaming as true);
  }

  /** Asks a pull producer for pieces, as long as it has some and the consumer wants them. */
  #pull(): void {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      do {
        this.#answered = false;
        this.#producer?.resumeProducing();
      } while (this.#hasAnswered() && this.#isFree() && !this.#producerPushes);
    } finally {
      this.#pulling = false;
    }
  }

  /** Asked again after others were called: they may have changed it. */
  #isFree(): boolean {
    return !this.#held;
  }

  #hasAnswered(): boolean {
    return this.#answered;
  }

  #handOver(): void {
    const [first] = this.#pieces as [Uint8Array];
    const data = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#bytesHeld);
    this.#pieces = [];
    this.#bytesHeld = 0;
    // Before the consumer is called, which may pause or ask again in there.
    this.#held = !this.#streaming;
    this.#consumer.write(data);
  }

  #resumePaused(): void {
    if (!this.#producerPaused || this.#bytesHeld > 0) return;
    this.#producerPaused = false;
    this.#producer?.resumeProducing();
  }

  #unregisterIfDone(): void {
    if (!this.#stopped && this.#bytesHeld === 0) this.#consumer.unregisterProducer();
  }
}
