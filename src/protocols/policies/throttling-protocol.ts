import { Deferred, Failure } from '../../defer/index.js';
import type {
  Completion,
  IOpenFile,
  IProtocol,
  IPullProducer,
  IPushProducer,
  ITransport,
  SendFileOptions,
} from '../../interfaces/index.js';
import { getLog } from '../../logger/index.js';
import { type IWrapperFactory, ProtocolWrapper } from './protocol-wrapper.js';
import { ThrottledProducer } from './throttled-producer.js';

const log = getLog('protocols');

/** What the connections of a {@link ThrottlingFactory} have in common: the counts, and whether a direction rests. */
export interface IThrottle<P extends IProtocol = IProtocol> extends IWrapperFactory<P> {
  /** Whether reading rests. */
  readonly readsThrottled: boolean;
  /** Whether writing rests. */
  readonly writesThrottled: boolean;
  /** So many bytes have come on one of the connections. */
  registerRead(bytes: number): void;
  /** So many bytes were written to one of the connections. */
  registerWritten(bytes: number): void;
}

/**
 * One connection of a {@link ThrottlingFactory}. While reads rest it is paused; while writes rest its producer is, `write` answers
 * false, and `drained()` waits. Twisted: `ThrottlingProtocol`.
 */
export class ThrottlingProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  declare factory: IThrottle<P>;
  /** The protocol inside has paused its transport. */
  #paused = false;
  #readsThrottled = false;
  #producer: ThrottledProducer | undefined;
  /** Those who wait for writing to go on. */
  #waiting: Deferred<void>[] = [];

  /** Begins paused if reading rests. */
  override makeConnection(transport: ITransport): Completion {
    const completion = super.makeConnection(transport);
    if (this.factory.readsThrottled) this.throttleReads();
    return completion;
  }

  /** Counts the bytes and passes them on. */
  override dataReceived(data: Buffer): Completion {
    this.factory.registerRead(data.length);
    return super.dataReceived(data);
  }

  /** Fails those who wait for `drained()`, and passes the reason on. */
  override connectionLost(reason: Failure): Completion {
    this.#producer = undefined;
    for (const waiting of this.#waiting.splice(0)) waiting.errback(reason);
    return super.connectionLost(reason);
  }

  // ---- reading: paused by the protocol or by the throttle

  override pauseProducing(): void {
    this.#paused = true;
    super.pauseProducing();
  }

  override resumeProducing(): void {
    this.#paused = false;
    if (!this.#readsThrottled) super.resumeProducing();
  }

  /** Reading rests: the transport is paused. */
  throttleReads(): void {
    this.#readsThrottled = true;
    super.pauseProducing();
  }

  /** Reading goes on, unless the protocol itself has paused it. */
  unthrottleReads(): void {
    this.#readsThrottled = false;
    if (!this.#paused) super.resumeProducing();
  }

  // ---- writing

  override write(data: Uint8Array): boolean {
    return this.#written(super.write(data), data.length);
  }

  override writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    const wantsMore = super.writeSequence(all);
    return this.#written(
      wantsMore,
      all.reduce((sum, { length }) => sum + length, 0),
    );
  }

  /** The file counts when it is queued, all of it at once, as what is written does. */
  override sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void> {
    const sent = super.sendFile(file, offset, length, options);
    if (this.connected) this.factory.registerWritten(length);
    return sent;
  }

  /** Fires when nothing is queued any more and the throttle lets writing go on. */
  override drained(): Deferred<void> {
    return super.drained().addCallback(() => (this.factory.writesThrottled ? this.#wait() : undefined));
  }

  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const { writesThrottled } = this.factory;
    const throttled = new ThrottledProducer(producer, streaming);
    const former = this.#producer;
    this.#producer = throttled;
    // A pull producer is asked for its first piece inside the call.
    if (!streaming && writesThrottled) throttled.throttle();
    try {
      this.transport.registerProducer(throttled, streaming as true);
    } catch (error) {
      this.#producer = former;
      throw error;
    }
    if (streaming && writesThrottled) throttled.throttle();
  }

  override unregisterProducer(): void {
    this.#producer = undefined;
    super.unregisterProducer();
  }

  override stopConsuming(): void {
    this.#producer = undefined;
    super.stopConsuming();
  }

  /** Writing rests: the producer is paused. */
  throttleWrites(): void {
    this.#guard(() => this.#producer?.throttle());
  }

  /** Writing goes on: the producer is resumed, and who waits for `drained()` is told. */
  unthrottleWrites(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.callback();
    this.#guard(() => this.#producer?.unthrottle());
  }

  #written(wantsMore: boolean, bytes: number): boolean {
    // What is written after the end goes nowhere.
    if (this.connected) {
      if (this.factory.writesThrottled) this.#producer?.wroteDuringRest();
      this.factory.registerWritten(bytes);
    }
    return wantsMore && !this.factory.writesThrottled;
  }

  #wait(): Deferred<void> {
    const waiting = new Deferred<void>(() => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    });
    this.#waiting.push(waiting);
    return waiting;
  }

  /** A producer that throws is told of by a timer here, for all connections at once: it must cost its own only. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      log.failure('The producer of {connection} threw', Failure.from(error), {
        connection: this.logPrefix(),
      });
      this.abortConnection();
    }
  }
}
