import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { ConnectionDone, ConnectionLost, SystemError } from '../../src/errors/index.js';
import type { DisconnectReason } from '../../src/interfaces/index.js';
import { errno } from '../../src/libc/index.js';
import { FileDescriptor } from '../../src/reactor/index.js';
import { LogCapture } from '../../src/testing/log-capture.js';
import { FakeFDSet } from './fake-fd-set.js';

/** A descriptor whose kernel takes what the test says: everything, unless it says something else. */
class TestDescriptor extends FileDescriptor {
  readonly set: FakeFDSet;
  readonly written: Buffer[] = [];
  readonly losses: Failure[] = [];
  /** How much the kernel takes of so many bytes, or what it answers instead. */
  take: (offered: number) => number | Error = (offered) => offered;

  constructor(set = new FakeFDSet()) {
    super(set);
    this.set = set;
  }

  get text(): string {
    return Buffer.concat(this.written).toString();
  }

  get writing(): boolean {
    return this.set.writers.has(this);
  }

  get reading(): boolean {
    return this.set.readers.has(this);
  }

  fileno(): number {
    return 3;
  }

  doRead(): undefined {
    return undefined;
  }

  override connectionLost(reason: Failure): void {
    super.connectionLost(reason);
    this.losses.push(reason);
  }

  protected writeSomeData(data: Uint8Array): number | Error {
    const taken = this.take(data.length);
    if (typeof taken === 'number' && taken > 0) this.written.push(Buffer.from(data.subarray(0, taken)));
    return taken;
  }

  /** What a reactor does with a writer: it ends one that returns a reason. */
  turn(): void {
    if (!this.writing) return;
    const reason: DisconnectReason = this.doWrite();
    if (reason === undefined) return;
    this.set.forget(this);
    this.connectionLost(reason instanceof Failure ? reason : new Failure(reason));
  }

  /** Turns until there is nothing to write. */
  turns(): void {
    while (this.writing) this.turn();
  }
}

/** Tells its calls in the order in which they came. */
class TestProducer {
  readonly told: string[] = [];
  onResume: () => void = () => {};

  pauseProducing(): void {
    this.told.push('pause');
  }

  resumeProducing(): void {
    this.told.push('resume');
    this.onResume();
  }

  stopProducing(): void {
    this.told.push('stop');
  }
}

const bytes = (length: number): Buffer => Buffer.alloc(length, 'x');

/** Both ways to write, with one behaviour. */
const ways: readonly [name: string, write: (descriptor: FileDescriptor, data: Uint8Array) => boolean][] = [
  ['write', (descriptor, data) => descriptor.write(data)],
  ['writeSequence', (descriptor, data) => descriptor.writeSequence([data.subarray(0, 1), data.subarray(1)])],
];

describe('FileDescriptor', () => {
  describe('writing', () => {
    for (const [name, write] of ways) {
      it(`\`${name}()\` queues bytes and asks for turns until all is written`, () => {
        const descriptor = new TestDescriptor();
        descriptor.take = (offered) => Math.min(offered, 4);
        expect(write(descriptor, Buffer.from('abcdef'))).to.equal(true);
        expect([descriptor.writing, descriptor.bytesQueued, descriptor.text]).to.deep.equal([true, 6, '']);
        descriptor.turn();
        expect([descriptor.writing, descriptor.bytesQueued, descriptor.text]).to.deep.equal([
          true,
          2,
          'abcd',
        ]);
        descriptor.turn();
        expect([descriptor.writing, descriptor.bytesQueued, descriptor.text]).to.deep.equal([
          false,
          0,
          'abcdef',
        ]);
      });

      it(`\`${name}()\` of nothing does nothing`, () => {
        const descriptor = new TestDescriptor();
        expect(write(descriptor, bytes(0))).to.equal(true);
        expect([descriptor.writing, descriptor.bytesQueued]).to.deep.equal([false, 0]);
      });

      it(`\`${name}()\` answers false while more than bufferSize is queued`, () => {
        const descriptor = new TestDescriptor();
        descriptor.bufferSize = 10;
        expect([write(descriptor, bytes(10)), write(descriptor, bytes(1))]).to.deep.equal([true, false]);
      });
    }

    // Twisted: FileDescriptorTests.test_writeWithUnicodeRaisesException, test_writeSequenceWithUnicodeRaisesException
    it('refuses texts, connected or not, and queues nothing of what comes with them', () => {
      const descriptor = new TestDescriptor();
      const text = 'text' as unknown as Uint8Array;
      for (const lose of [true, false]) {
        expect(() => descriptor.write(text)).to.throw(TypeError, 'Buffer.from');
        expect(() => descriptor.writeSequence([bytes(1), text])).to.throw(TypeError, 'Buffer.from');
        expect(() => descriptor.write(7 as unknown as Uint8Array)).to.throw(TypeError, 'number');
        expect([descriptor.bytesQueued, descriptor.writing]).to.deep.equal([0, false]);
        if (lose) descriptor.connectionLost(new Failure(new ConnectionDone()));
      }
    });

    // Twisted: WriteDescriptorTests.test_kernelBufferFull
    for (const full of [0, -errno.EAGAIN, -errno.EINTR]) {
      it(`goes on waiting when the kernel answers ${full}`, () => {
        const descriptor = new TestDescriptor();
        descriptor.write(bytes(3));
        descriptor.take = () => full;
        expect(descriptor.doWrite()).to.equal(undefined);
        expect([descriptor.writing, descriptor.bytesQueued]).to.deep.equal([true, 3]);
      });
    }

    it('ends with an error that writeSomeData answers', () => {
      const descriptor = new TestDescriptor();
      const error = new Error('broken');
      descriptor.write(bytes(3));
      descriptor.take = () => error;
      expect(descriptor.doWrite()).to.equal(error);
    });

    it('ends with ConnectionLost, and the errno in it, when writeSomeData answers as libc does', () => {
      const descriptor = new TestDescriptor();
      descriptor.write(bytes(3));
      descriptor.take = () => -errno.EPIPE;
      const reason = descriptor.doWrite();
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect((reason as ConnectionLost).code).to.equal('EPIPE');
      expect((reason as ConnectionLost).cause).to.be.instanceOf(SystemError);
    });

    it('does not believe that more was taken than was given', () => {
      const descriptor = new TestDescriptor();
      descriptor.write(bytes(3));
      descriptor.take = () => 4;
      expect(() => descriptor.doWrite()).to.throw(RangeError, '3 bytes were given, and 4 taken');
    });

    it('joins small pieces, and gives at most 64 KiB at a time', () => {
      const descriptor = new TestDescriptor();
      const offers: number[] = [];
      descriptor.take = (offered) => {
        offers.push(offered);
        return offered;
      };
      descriptor.writeSequence([bytes(10), bytes(20), bytes(65_500), bytes(100_000)]);
      descriptor.turns();
      descriptor.write(bytes(65_537));
      descriptor.turns();
      expect(offers).to.deep.equal([65_536, 65_536, 34_458, 65_536, 1]);
    });

    it('ignores what is written before it is connected', () => {
      const descriptor = new TestDescriptor();
      descriptor.connected = false;
      expect(descriptor.write(bytes(1))).to.equal(false);
      expect([descriptor.bytesQueued, descriptor.writing]).to.deep.equal([0, false]);
      descriptor.connected = true;
      expect(descriptor.write(bytes(1))).to.equal(true);
    });
  });

  describe('producers', () => {
    // Twisted: ProducerTests.test_doubleProducer
    it('takes one at a time', () => {
      const descriptor = new TestDescriptor();
      const producer = new TestProducer();
      descriptor.registerProducer(producer, true);
      expect(() => descriptor.registerProducer(new TestProducer(), true)).to.throw('registered already');
      descriptor.unregisterProducer();
      descriptor.registerProducer(new TestProducer(), true);
      expect(producer.told).to.deep.equal([]);
    });

    // Twisted: ProducerTests.test_unconnectedFileDescriptor
    it('stops one that is registered when it is lost, and does nothing else with it', () => {
      const descriptor = new TestDescriptor();
      descriptor.connectionLost(new Failure(new ConnectionDone()));
      for (const streaming of [true, false] as const) {
        const producer = new TestProducer();
        if (streaming) descriptor.registerProducer(producer, streaming);
        else descriptor.registerProducer(producer, streaming);
        expect(producer.told).to.deep.equal(['stop']);
      }
    });

    for (const [name, write] of ways) {
      // Twisted: ProducerTests.test_dontPausePullConsumerOnWrite, test_dontPausePullConsumerOnWriteSequence
      it(`a pull producer is never paused by \`${name}()\`, and asked once for each time that all is written`, () => {
        const descriptor = new TestDescriptor();
        const producer = new TestProducer();
        descriptor.bufferSize = 5;
        descriptor.registerProducer(producer, false);
        expect(producer.told).to.deep.equal(['resume']);
        write(descriptor, bytes(6));
        expect(producer.told).to.deep.equal(['resume']);
        descriptor.turn();
        expect([producer.told, descriptor.writing]).to.deep.equal([['resume', 'resume'], false]);
      });

      // Twisted: ProducerTests.test_reentrantStreamingProducerUsingWrite,
      // test_reentrantStreamingProducerUsingWriteSequence
      it(`a push producer that fills the buffer by \`${name}()\` whenever it is resumed is paused each time`, () => {
        const descriptor = new TestDescriptor();
        const producer = new TestProducer();
        descriptor.bufferSize = 5;
        descriptor.registerProducer(producer, true);
        producer.onResume = () => void write(descriptor, bytes(6));
        write(descriptor, bytes(6));
        expect(producer.told).to.deep.equal(['pause']);
        descriptor.turn();
        expect(producer.told).to.deep.equal(['pause', 'resume', 'pause']);
        descriptor.turn();
        expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume', 'pause']);
      });
    }

    it('a push producer that is not paused is left alone when all is written', () => {
      const descriptor = new TestDescriptor();
      const producer = new TestProducer();
      descriptor.registerProducer(producer, true);
      descriptor.write(bytes(6));
      descriptor.turn();
      expect([producer.told, descriptor.writing]).to.deep.equal([[], false]);
    });

    it('a paused push producer is resumed only when all is written', () => {
      const descriptor = new TestDescriptor();
      const producer = new TestProducer();
      descriptor.bufferSize = 5;
      descriptor.take = () => 4;
      descriptor.registerProducer(producer, true);
      descriptor.write(bytes(8));
      descriptor.turn();
      expect(producer.told).to.deep.equal(['pause']);
      descriptor.turn();
      expect(producer.told).to.deep.equal(['pause', 'resume']);
    });

    it('is told to stop, once, when the descriptor is lost; the rest of the end goes on if that throws', () => {
      using log = new LogCapture();
      const descriptor = new TestDescriptor();
      const producer = new TestProducer();
      const thrown = new Error('thrown by stopProducing');
      producer.stopProducing = () => {
        producer.told.push('stop');
        throw thrown;
      };
      descriptor.registerProducer(producer, true);
      descriptor.connectionLost(new Failure(new ConnectionDone()));
      descriptor.connectionLost(new Failure(new ConnectionDone()));
      expect([producer.told, descriptor.losses.length]).to.deep.equal([['stop'], 2]);
      expect(log.flushErrors().map(({ properties }) => properties['error'])).to.deep.equal([thrown]);
    });
  });

  describe('as a producer', () => {
    // Twisted: FileDescriptorTests.test_implementInterfaceIPushProducer
    it('reads or doesn’t, as it is told', () => {
      const descriptor = new TestDescriptor();
      descriptor.resumeProducing();
      expect(descriptor.reading).to.equal(true);
      descriptor.pauseProducing();
      expect(descriptor.reading).to.equal(false);
      descriptor.startReading();
      expect(descriptor.reading).to.equal(true);
      descriptor.stopProducing();
      expect([descriptor.reading, descriptor.disconnecting]).to.deep.equal([false, true]);
    });

    it('does not read again once it is closing, lost or not yet connected', () => {
      const descriptor = new TestDescriptor();
      descriptor.connected = false;
      descriptor.resumeProducing();
      expect(descriptor.reading).to.equal(false);
      descriptor.connected = true;
      descriptor.loseConnection();
      descriptor.resumeProducing();
      expect(descriptor.reading).to.equal(false);
      descriptor.connectionLost(new Failure(new ConnectionDone()));
      descriptor.resumeProducing();
      expect(descriptor.reading).to.equal(false);
    });
  });

  describe('the end', () => {
    it('`loseConnection()` stops reading at once, and ends in order when all is written', () => {
      const descriptor = new TestDescriptor();
      descriptor.take = () => 2;
      descriptor.startReading();
      descriptor.write(bytes(3));
      descriptor.loseConnection();
      descriptor.loseConnection();
      expect([descriptor.reading, descriptor.disconnecting]).to.deep.equal([false, true]);
      // The timer sees that there is something left to write.
      descriptor.set.advance(0);
      descriptor.turn();
      expect(descriptor.losses).to.deep.equal([]);
      descriptor.take = () => 1;
      descriptor.turn();
      expect(descriptor.losses.map(({ value }) => value)).to.have.length(1);
      expect(descriptor.losses[0]?.value).to.be.instanceOf(ConnectionDone);
      expect([descriptor.connected, descriptor.disconnected]).to.deep.equal([false, true]);
      expect([descriptor.writing, descriptor.set.getDelayedCalls()]).to.deep.equal([false, []]);
    });

    it('what is written while it closes is written', () => {
      const descriptor = new TestDescriptor();
      descriptor.write(Buffer.from('a'));
      descriptor.loseConnection();
      descriptor.write(Buffer.from('b'));
      descriptor.turn();
      expect([descriptor.text, descriptor.losses.length]).to.deep.equal(['ab', 1]);
    });

    it('with nothing to write it ends in a later turn, even if it never becomes writable', () => {
      const descriptor = new TestDescriptor();
      descriptor.loseConnection();
      expect(descriptor.losses).to.deep.equal([]);
      descriptor.set.advance(0);
      expect(descriptor.losses[0]?.value).to.be.instanceOf(ConnectionDone);
      expect(descriptor.writing).to.equal(false);
    });

    it('it ends once, though both its writability and the timer come', () => {
      const descriptor = new TestDescriptor();
      descriptor.loseConnection();
      descriptor.turn();
      descriptor.set.advance(0);
      expect(descriptor.losses).to.have.length(1);
    });

    // C3. Twisted closes as soon as a push producer that isn't paused has nothing queued.
    for (const streaming of [true, false] as const) {
      it(`\`loseConnection()\` waits for a ${streaming ? 'push' : 'pull'} producer to unregister`, () => {
        const descriptor = new TestDescriptor();
        const producer = new TestProducer();
        if (streaming) descriptor.registerProducer(producer, streaming);
        else descriptor.registerProducer(producer, streaming);
        descriptor.write(Buffer.from('a'));
        descriptor.loseConnection();
        descriptor.turn();
        descriptor.set.advance(0);
        expect([descriptor.losses, descriptor.writing]).to.deep.equal([[], false]);
        descriptor.write(Buffer.from('b'));
        descriptor.unregisterProducer();
        descriptor.turn();
        expect([descriptor.text, descriptor.losses.length]).to.deep.equal(['ab', 1]);
      });
    }

    it('unregistering the producer ends a close that has nothing left to write', () => {
      const descriptor = new TestDescriptor();
      descriptor.registerProducer(new TestProducer(), true);
      descriptor.loseConnection();
      descriptor.turn();
      descriptor.set.advance(0);
      descriptor.unregisterProducer();
      expect(descriptor.losses).to.deep.equal([]);
      descriptor.set.advance(0);
      expect(descriptor.losses).to.have.length(1);
    });

    it('`stopConsuming()` unregisters the producer and closes', () => {
      const descriptor = new TestDescriptor();
      const producer = new TestProducer();
      descriptor.registerProducer(producer, true);
      descriptor.stopConsuming();
      descriptor.set.advance(0);
      expect([descriptor.losses.length, producer.told]).to.deep.equal([1, []]);
    });

    it('lost, it drops what is queued, is watched no more, and takes nothing', () => {
      const descriptor = new TestDescriptor();
      descriptor.startReading();
      descriptor.write(bytes(3));
      descriptor.connectionLost(new Failure(new ConnectionLost()));
      expect([descriptor.reading, descriptor.writing, descriptor.bytesQueued]).to.deep.equal([
        false,
        false,
        0,
      ]);
      expect([descriptor.write(bytes(1)), descriptor.writeSequence([bytes(1)])]).to.deep.equal([
        false,
        false,
      ]);
      descriptor.loseConnection();
      descriptor.loseWriteConnection();
      descriptor.unregisterProducer();
      expect([descriptor.writing, descriptor.bytesQueued, descriptor.set.getDelayedCalls()]).to.deep.equal([
        false,
        0,
        [],
      ]);
    });

    for (const direction of ['readConnectionLost', 'writeConnectionLost'] as const) {
      it(`\`${direction}()\` loses the whole, unless a subclass thinks otherwise`, () => {
        const descriptor = new TestDescriptor();
        const reason = new Failure(new ConnectionDone());
        descriptor[direction](reason);
        expect(descriptor.losses).to.deep.equal([reason]);
      });
    }
  });

  describe('half a close', () => {
    /** Ends its writing and goes on reading. */
    class HalfCloseable extends TestDescriptor {
      readonly writeEnds: Failure[] = [];
      onWriteEnd: () => void = () => {};

      override writeConnectionLost(reason: Failure): void {
        this.writeEnds.push(reason);
        this.onWriteEnd();
      }
    }

    it('`loseWriteConnection()` waits until all is written; then writes are ignored, and reading goes on', () => {
      const descriptor = new HalfCloseable();
      descriptor.startReading();
      descriptor.write(bytes(3));
      descriptor.loseWriteConnection();
      descriptor.take = () => 2;
      descriptor.turn();
      expect(descriptor.writeEnds).to.deep.equal([]);
      descriptor.write(bytes(1));
      descriptor.turn();
      expect(descriptor.writeEnds[0]?.value).to.be.instanceOf(ConnectionDone);
      expect(descriptor.write(bytes(1))).to.equal(false);
      descriptor.loseWriteConnection();
      descriptor.turn();
      expect([descriptor.writeEnds.length, descriptor.bytesQueued]).to.deep.equal([1, 0]);
      expect([descriptor.reading, descriptor.writing, descriptor.losses]).to.deep.equal([true, false, []]);
    });

    it('`loseWriteConnection()` waits for a producer to unregister', () => {
      const descriptor = new HalfCloseable();
      descriptor.registerProducer(new TestProducer(), true);
      descriptor.loseWriteConnection();
      descriptor.turn();
      expect([descriptor.writeEnds, descriptor.writing]).to.deep.equal([[], false]);
      descriptor.unregisterProducer();
      descriptor.turn();
      expect(descriptor.writeEnds).to.have.length(1);
    });

    // Twisted: HalfClose3Tests.test_doubleHalfClose, for a descriptor
    it('`loseConnection()` inside `writeConnectionLost()` ends it, in a later turn', () => {
      const descriptor = new HalfCloseable();
      descriptor.onWriteEnd = () => descriptor.loseConnection();
      descriptor.loseWriteConnection();
      descriptor.turn();
      expect(descriptor.losses).to.deep.equal([]);
      descriptor.set.advance(0);
      expect(descriptor.losses).to.have.length(1);
    });

    it('`loseWriteConnection()` of a subclass without an opinion loses the whole', () => {
      const descriptor = new TestDescriptor();
      descriptor.loseWriteConnection();
      descriptor.turn();
      expect(descriptor.losses[0]?.value).to.be.instanceOf(ConnectionDone);
    });
  });

  it('has its class’s name in log records', () => {
    expect(new TestDescriptor().logPrefix()).to.equal('TestDescriptor');
  });
});
