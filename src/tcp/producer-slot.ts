import type { IProducer, IPullProducer, IPushProducer } from '../interfaces/index.js';

/**
 * The producer that a connection has, if any, and whether it is paused. The paused state is always set before the
 * producer is told, so that one which writes inside `resumeProducing` is paused and resumed anew.
 * Twisted: the producer half of `FileDescriptor`.
 */
export class ProducerSlot {
  #producer: IProducer | undefined;
  #streaming = false;
  #paused = false;

  get occupied(): boolean {
    return this.#producer !== undefined;
  }

  /** Throws an Error if there is a producer already. A pull producer is asked for its first piece. */
  register(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.#producer !== undefined) {
      throw new Error('A producer is registered already, and a connection takes one at a time');
    }
    this.#producer = producer;
    this.#streaming = streaming;
    this.#paused = false;
    if (!streaming) producer.resumeProducing();
  }

  /** Whether it is this one. */
  holds(producer: IProducer): boolean {
    return this.#producer === producer;
  }

  unregister(): void {
    this.#producer = undefined;
  }

  /** The queue is above its high-water mark: a push producer is to rest. */
  pause(): void {
    if (this.#producer === undefined || !this.#streaming) return;
    this.#paused = true;
    (this.#producer as IPushProducer).pauseProducing();
  }

  /** The queue is empty: who waits for that goes on. True if somebody did. */
  resume(): boolean {
    if (this.#producer === undefined || (this.#streaming && !this.#paused)) return false;
    this.#paused = false;
    (this.#producer as IPushProducer | IPullProducer).resumeProducing();
    return true;
  }

  /** The connection is gone: the producer hears of it, once. */
  stop(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    producer?.stopProducing();
  }
}
