import { expect } from 'chai';
import type { IConsumer, IPullProducer, IPushProducer } from '../../src/interfaces/index.js';
import { ProducerConsumerProxy, type ProducerConsumerProxyOptions } from '../../src/protocols/index.js';
import { connect } from '../tcp/fake-connection.js';

/** A consumer that keeps what it gets, and who produces. */
class Sink implements IConsumer {
  readonly writes: string[] = [];
  readonly registrations: [producer: unknown, streaming: boolean][] = [];
  unregistered = 0;

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.registrations.push([producer, streaming]);
  }

  unregisterProducer(): void {
    this.unregistered += 1;
  }

  write(data: Uint8Array): boolean {
    this.writes.push(Buffer.from(data).toString());
    return true;
  }
}

class Producer implements IPushProducer, IPullProducer {
  readonly told: string[] = [];
  constructor(readonly resume: () => void = () => {}) {}
  pauseProducing(): void {
    this.told.push('pause');
  }
  resumeProducing(): void {
    this.told.push('resume');
    this.resume();
  }
  stopProducing(): void {
    this.told.push('stop');
  }
}

function scene(options?: ProducerConsumerProxyOptions): {
  sink: Sink;
  proxy: ProducerConsumerProxy;
  write: (text: string) => boolean;
} {
  const sink = new Sink();
  const proxy = new ProducerConsumerProxy(sink, options);
  return { sink, proxy, write: (text) => proxy.write(Buffer.from(text)) };
}

describe('ProducerConsumerProxy', () => {
  // Twisted: ProducerInterfaceTest.testRegistersProducer
  it('registers itself with the consumer, as what it is asked to be', () => {
    const push = scene();
    expect(push.sink.registrations).to.deep.equal([[push.proxy, true]]);
    const pull = scene({ streaming: false });
    expect(pull.sink.registrations).to.deep.equal([[pull.proxy, false]]);
  });

  // Twisted: ConsumerInterfaceTest.testRegisterPush
  it('leaves a push producer alone that registers', () => {
    const { proxy } = scene();
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    expect(producer.told).to.deep.equal([]);
  });

  // Twisted: ConsumerProxyTests.testWrite
  it('passes writes on', () => {
    const { sink, write } = scene();
    expect(write('abc')).to.equal(true);
    expect(sink.writes).to.deep.equal(['abc']);
  });

  // Twisted: ProducerInterfaceTest.testPause
  // Twisted: ProducerInterfaceTest.testResume
  // Twisted: ProducerInterfaceTest.testResumeBuffer
  it('holds what comes while it is paused, hands it over as one piece, and then passes on again', () => {
    const { sink, proxy, write } = scene();
    proxy.pauseProducing();
    write('abc');
    write('def');
    expect([sink.writes, proxy.bytesHeld]).to.deep.equal([[], 6]);
    proxy.resumeProducing();
    write('ghi');
    expect([sink.writes, proxy.bytesHeld]).to.deep.equal([['abcdef', 'ghi'], 0]);
  });

  // Twisted: ProducerInterfaceTest.testResumeNoEmptyWrite
  it('writes nothing when it is resumed and holds nothing', () => {
    const { sink, proxy } = scene();
    proxy.pauseProducing();
    proxy.resumeProducing();
    proxy.write(Buffer.alloc(0));
    expect(sink.writes).to.deep.equal([]);
  });

  // Twisted: ProducerInterfaceTest.testStop
  // Twisted: ProducerProxyTests.testStop
  it('stopped, drops what it holds and what comes, and tells its producer once', () => {
    const { sink, proxy, write } = scene();
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    proxy.pauseProducing();
    write('held');
    proxy.stopProducing();
    proxy.stopProducing();
    proxy.resumeProducing();
    expect([write('late'), sink.writes, producer.told]).to.deep.equal([false, [], ['stop']]);
    const late = new Producer();
    proxy.registerProducer(late, true);
    expect(late.told).to.deep.equal(['stop']);
    proxy.unregisterProducer();
    expect(sink.unregistered).to.equal(0);
  });

  // Twisted: ConsumerProxyTests.testUnregister
  // Twisted: ConsumerInterfaceTest.testUnregister
  it('unregisters with its producer, which hears no more', () => {
    const { sink, proxy } = scene({ bufferSize: 0 });
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    proxy.unregisterProducer();
    proxy.pauseProducing();
    proxy.resumeProducing();
    expect([sink.unregistered, producer.told]).to.deep.equal([1, []]);
  });

  it('unregisters when what it holds is handed over', () => {
    const { sink, proxy, write } = scene();
    proxy.registerProducer(new Producer(), true);
    proxy.pauseProducing();
    write('last');
    proxy.unregisterProducer();
    expect(sink.unregistered).to.equal(0);
    proxy.resumeProducing();
    expect([sink.unregistered, sink.writes]).to.deep.equal([1, ['last']]);
  });

  it('registers again for another producer, and takes one at a time', () => {
    const { sink, proxy } = scene();
    proxy.registerProducer(new Producer(), true);
    expect(() => proxy.registerProducer(new Producer(), true)).to.throw(Error, 'registered already');
    proxy.unregisterProducer();
    proxy.registerProducer(new Producer(), true);
    expect(sink.registrations).to.have.length(2);
  });

  // Twisted: BufferedConsumerTests.testPauseIntercept
  // Twisted: BufferedConsumerTests.testResumeIntercept
  // Twisted: BufferedConsumerTests.testTriggerPause
  // Twisted: BufferedConsumerTests.testTriggerResume
  it('pauses a push producer when more than bufferSize is held, and resumes it when nothing is', () => {
    const { proxy, write } = scene({ bufferSize: 100 });
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    proxy.pauseProducing();
    proxy.resumeProducing();
    proxy.pauseProducing();
    expect(write('x'.repeat(51))).to.equal(true);
    expect(producer.told).to.deep.equal([]);
    expect(write('x'.repeat(51))).to.equal(false);
    write('x'.repeat(51));
    expect(producer.told).to.deep.equal(['pause']);
    proxy.resumeProducing();
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('does not resume its producer if the consumer pauses it again at once', () => {
    const { sink, proxy, write } = scene({ bufferSize: 0 });
    const producer = new Producer(() => write('more'));
    proxy.registerProducer(producer, true);
    sink.write = () => {
      proxy.pauseProducing();
      return false;
    };
    proxy.pauseProducing();
    write('held');
    proxy.resumeProducing();
    expect([producer.told, proxy.bytesHeld]).to.deep.equal([['pause', 'resume', 'pause'], 4]);
  });

  it('`transform()` changes what passes, and what is held', () => {
    class Shout extends ProducerConsumerProxy {
      override transform(data: Uint8Array): Uint8Array {
        return Buffer.from(Buffer.from(data).toString().toUpperCase());
      }
    }
    const sink = new Sink();
    const proxy = new Shout(sink);
    proxy.write(Buffer.from('abc'));
    proxy.pauseProducing();
    proxy.write(Buffer.from('def'));
    proxy.resumeProducing();
    expect(sink.writes).to.deep.equal(['ABC', 'DEF']);
  });

  it('takes bytes only', () => {
    expect(() => scene().proxy.write('text' as unknown as Buffer)).to.throw(TypeError);
  });
});

describe('ProducerConsumerProxy for a consumer that pulls', () => {
  // Twisted: PullProducerTest.testHoldWrites
  // Twisted: PullProducerTest.testPull
  // Twisted: PullProducerTest.testMergeWrites
  it('holds writes until it is asked, and gives them as one', () => {
    const { sink, proxy, write } = scene({ streaming: false });
    write('abc');
    write('def');
    expect(sink.writes).to.deep.equal([]);
    proxy.resumeProducing();
    expect(sink.writes).to.deep.equal(['abcdef']);
    write('ghi');
    expect(sink.writes).to.deep.equal(['abcdef']);
  });

  // Twisted: PullProducerTest.testLateWrite
  it('passes on at once what comes after it was asked in vain', () => {
    const { sink, proxy, write } = scene({ streaming: false });
    proxy.resumeProducing();
    write('late');
    write('later');
    expect(sink.writes).to.deep.equal(['late']);
  });

  // Twisted: BufferedConsumerTests.testRegisterPull
  // Twisted: BufferedPullTests.testResumePull
  it('asks a pull producer when it registers, and each time that it is asked and holds nothing', () => {
    const { sink, proxy, write } = scene({ streaming: false });
    let count = 0;
    const producer = new Producer(() => write(String((count += 1))));
    proxy.registerProducer(producer, false);
    expect([sink.writes, producer.told]).to.deep.equal([[], ['resume']]);
    proxy.resumeProducing();
    expect([sink.writes, count]).to.deep.equal([['1'], 1]);
    proxy.resumeProducing();
    proxy.resumeProducing();
    expect(sink.writes).to.deep.equal(['1', '2', '3']);
  });

  it('asks again for a piece that `transform()` has swallowed', () => {
    class NoBlanks extends ProducerConsumerProxy {
      override transform(data: Uint8Array): Uint8Array {
        return Buffer.from(Buffer.from(data).toString().trim());
      }
    }
    const sink = new Sink();
    const proxy = new NoBlanks(sink, { streaming: false });
    const words = ['one', '  ', '  ', 'two'];
    proxy.registerProducer(new Producer(() => proxy.write(Buffer.from(words.shift() ?? ''))), false);
    proxy.resumeProducing();
    proxy.resumeProducing();
    expect(sink.writes).to.deep.equal(['one', 'two']);
  });

  it('pauses a push producer that is too fast for it', () => {
    const { sink, proxy, write } = scene({ streaming: false, bufferSize: 5 });
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    write('123456');
    expect(producer.told).to.deep.equal(['pause']);
    proxy.resumeProducing();
    expect([producer.told, sink.writes]).to.deep.equal([['pause', 'resume'], ['123456']]);
  });
});

describe('ProducerConsumerProxy on a connection', () => {
  it('makes a pull producer one that pushes: it is asked as long as the transport takes it', () => {
    const { connection, protocol } = connect();
    const proxy = new ProducerConsumerProxy(protocol.transport);
    let left = 30;
    const producer = new Producer(() => {
      if (left === 0) {
        proxy.unregisterProducer();
        return;
      }
      left -= 1;
      proxy.write(Buffer.alloc(10_000, 'x'));
    });
    proxy.registerProducer(producer, false);
    expect(left).to.equal(23);
    protocol.transport.loseConnection();
    for (let turn = 0; turn < 20 && !protocol.lost; turn += 1) connection.flush();
    expect([left, connection.output.length, protocol.lost]).to.deep.equal([0, 300_000, true]);
  });

  it('goes on with a pull producer whose pieces come late', () => {
    const { connection, protocol } = connect();
    const proxy = new ProducerConsumerProxy(protocol.transport);
    const producer = new Producer();
    proxy.registerProducer(producer, false);
    for (const piece of ['a', 'b', 'c']) proxy.write(Buffer.from(piece));
    connection.flush();
    expect([connection.output, producer.told.length]).to.deep.equal(['abc', 4]);
  });

  it('asks a fast pull producer for a million pieces without a deep stack', () => {
    const { proxy, sink } = scene();
    sink.write = () => true;
    let left = 1_000_000;
    const piece = Buffer.from('x');
    const producer: IPullProducer = {
      resumeProducing: () => {
        left -= 1;
        if (left > 0) proxy.write(piece);
      },
      stopProducing: () => {},
    };
    proxy.registerProducer(producer, false);
    expect(left).to.equal(0);
  });

  it('tells the producer when the connection is lost', () => {
    const { connection, protocol } = connect();
    const proxy = new ProducerConsumerProxy(protocol.transport);
    const producer = new Producer();
    proxy.registerProducer(producer, true);
    connection.failed(new Error('gone'));
    expect(producer.told).to.deep.equal(['stop']);
  });
});
