import { expect } from 'chai';
import { Failure } from '../../src/defer/failure.js';
import { ConnectionDone } from '../../src/errors/index.js';
import type { IConsumer } from '../../src/interfaces/producer.js';
import {
  ConsumerToProtocolAdapter,
  FileSender,
  Protocol,
  ProtocolToConsumerAdapter,
} from '../../src/protocols/index.js';
import { PausableTransport } from './pausable-transport.js';
import { RecordingTransport } from './recording-transport.js';

class Recorder extends Protocol {
  readonly events: string[] = [];

  override dataReceived(data: Buffer): void {
    this.events.push(data.toString());
  }
}

const pieces = async function* (texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
};

describe('ProtocolToConsumerAdapter', () => {
  // Twisted: AdapterTests.test_protocolToConsumer
  it('gives what is written to the protocol', () => {
    const protocol = new Recorder();
    const consumer = new ProtocolToConsumerAdapter(protocol);
    expect(consumer.write(new Uint8Array(Buffer.from('one')))).to.equal(true);
    expect(protocol.events).to.deep.equal(['one']);
  });

  it('asks a pull producer for the next piece when the protocol has had the last one', async () => {
    const protocol = new Recorder();
    const consumer = new ProtocolToConsumerAdapter(protocol);
    await new FileSender().beginFileTransfer(pieces(['one', 'two', 'three']), consumer);
    expect(protocol.events).to.deep.equal(['one', 'two', 'three']);
  });

  it('takes one producer at a time', () => {
    const consumer = new ProtocolToConsumerAdapter(new Recorder());
    consumer.registerProducer(new PausableTransport(), true);
    expect(() => consumer.registerProducer(new PausableTransport(), true)).to.throw('registered already');
    consumer.unregisterProducer();
    expect(() => consumer.registerProducer(new PausableTransport(), true)).not.to.throw();
  });
});

describe('ConsumerToProtocolAdapter', () => {
  class Consumer implements IConsumer {
    readonly events: unknown[] = [];

    registerProducer(producer: unknown, streaming: boolean): void {
      this.events.push('register', producer, streaming);
    }

    unregisterProducer(): void {
      this.events.push('unregister');
    }

    write(data: Uint8Array): boolean {
      this.events.push(Buffer.from(data).toString());
      return true;
    }
  }

  // Twisted: AdapterTests.test_consumerToProtocol
  it('writes what is received to the consumer, whose producer the connection is', () => {
    const consumer = new Consumer();
    const protocol = new ConsumerToProtocolAdapter(consumer);
    const transport = new PausableTransport();
    protocol.makeConnection(transport);
    protocol.dataReceived(Buffer.from('one'));
    protocol.connectionLost();
    expect(consumer.events).to.deep.equal(['register', transport, true, 'one', 'unregister']);
  });

  it('does without where the connection cannot be paused', () => {
    const consumer = new Consumer();
    const protocol: Protocol<never> = new ConsumerToProtocolAdapter(consumer) as never;
    protocol.makeConnection(new RecordingTransport());
    protocol.dataReceived(Buffer.from('one'));
    protocol.connectionLost(new Failure(new ConnectionDone()));
    expect(consumer.events).to.deep.equal(['one']);
  });
});
