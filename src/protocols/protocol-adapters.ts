import type { IConsumer, IProducer, IPullProducer, IPushProducer } from '../interfaces/producer.js';
import type { IProtocol } from '../interfaces/protocol.js';
import type { ITransport } from '../interfaces/transport.js';
import { Protocol } from './protocol.js';

/**
 * A consumer that gives what is written to a protocol: its `dataReceived` gets the bytes. A pull producer is asked for the next piece
 * when the protocol has had the last one. Twisted: `ProtocolToConsumerAdapter`.
 */
export class ProtocolToConsumerAdapter implements IConsumer {
  readonly #protocol: IProtocol;
  #producer: IProducer | undefined;
  #pulled: IPullProducer | undefined;

  constructor(protocol: IProtocol) {
    this.#protocol = protocol;
  }

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.#producer !== undefined) throw new Error('A producer is registered already');
    this.#producer = producer;
    if (streaming) return;
    this.#pulled = producer;
    producer.resumeProducing();
  }

  unregisterProducer(): void {
    this.#producer = undefined;
    this.#pulled = undefined;
  }

  /** The answer is always true. An exception of `dataReceived` is thrown here; whoever writes has to see to a rejection. */
  write(data: Uint8Array): boolean {
    void this.#protocol.dataReceived(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    const pulled = this.#pulled;
    // Later, so that a producer that has much doesn't recurse.
    if (pulled !== undefined) {
      queueMicrotask(() => {
        if (this.#pulled === pulled) pulled.resumeProducing();
      });
    }
    return true;
  }
}

/**
 * A protocol that writes what it receives to a consumer, as fast as that takes it: the connection is the consumer's producer as long as
 * it lasts. Twisted: `ConsumerToProtocolAdapter`.
 */
export class ConsumerToProtocolAdapter extends Protocol<ITransport & Partial<IPushProducer>> {
  readonly #consumer: IConsumer;
  #registered = false;

  constructor(consumer: IConsumer) {
    super();
    this.#consumer = consumer;
  }

  override connectionMade(): void {
    const { transport } = this;
    if (!canPause(transport)) return;
    this.#registered = true;
    this.#consumer.registerProducer(transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.#consumer.write(data);
  }

  override connectionLost(): void {
    if (this.#registered) this.#consumer.unregisterProducer();
  }
}

function canPause(transport: Partial<IPushProducer>): transport is IPushProducer {
  return transport.pauseProducing !== undefined && transport.resumeProducing !== undefined;
}
