/**
 * Producers write into consumers and are told when to stop for a while.
 * Twisted: `IProducer`, `IPushProducer`, `IPullProducer`, `IConsumer`.
 */

/** What any producer must be able to do. */
export interface IProducer {
  /**
   * The consumer is gone: produce no more, ever. Called at most once, before the consumer's protocol
   * gets `connectionLost`; also called at once, and nothing else, if the producer is registered with a
   * consumer that is already dead.
   */
  stopProducing(): void;
}

/** Produces on its own, until it is paused. Registered with `streaming` true. */
export interface IPushProducer extends IProducer {
  /** Produce nothing until `resumeProducing`. The consumer counts the producer as paused already when it calls this. */
  pauseProducing(): void;
  /** Produce again. The consumer counts the producer as running already when it calls this. */
  resumeProducing(): void;
}

/** Produces a piece each time it is asked. Registered with `streaming` false; it is never paused. */
export interface IPullProducer extends IProducer {
  /**
   * Write one piece to the consumer, now. Called once inside `registerProducer`, then once each time the
   * consumer has sent all it had.
   */
  resumeProducing(): void;
}

/** Takes what producers produce. */
export interface IConsumer {
  /**
   * Make `producer` the one that is paused and resumed as this consumer's queue fills and drains.
   * With `streaming` true it is an {@link IPushProducer}, else an {@link IPullProducer}.
   * Throws an Error if another producer is registered. On a consumer that is already dead it calls
   * `producer.stopProducing()` and registers nothing.
   */
  registerProducer(producer: IPushProducer, streaming: true): void;
  /** The same for a producer that is asked for each piece: it is asked for the first one inside this call. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  /** The producer will write no more. A close that waited for it goes on. Without a producer it does nothing. */
  unregisterProducer(): void;
  /** Take these bytes; see `ITransport.write` for what the answer means. */
  write(data: Uint8Array): boolean;
}
