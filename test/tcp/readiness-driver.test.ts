import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { ConnectionLost } from '../../src/errors/index.js';
import type { ConnectionOptions } from '../../src/interfaces/index.js';
import { type ErrnoName, type Libc, SO_LINGER, errno } from '../../src/libc/index.js';
import { type ConnectionFeed, connectionLimits } from '../../src/tcp/index.js';
import { ReadinessDriver } from '../../src/tcp/readiness-driver.js';
import { WriteQueue } from '../../src/tcp/write-queue.js';
import { FakeContext } from './fake-context.js';

/** A feed that keeps what it is told. */
class RecordingFeed implements ConnectionFeed {
  readonly queue = new WriteQueue();
  wantsData = true;
  readonly told: unknown[][] = [];
  readonly received: Buffer[] = [];
  onSent: () => void = () => {};

  dataReceived(data: Buffer): void {
    this.received.push(data);
  }

  dataDiscarded(bytes: number): void {
    this.told.push(['dataDiscarded', bytes]);
  }

  endOfFile(): void {
    this.told.push(['endOfFile']);
  }

  hangUp(how: string): void {
    this.told.push(['hangUp', how]);
  }

  sent(bytes: number): void {
    this.told.push(['sent', bytes]);
    this.onSent();
  }

  failed(error: Error): void {
    const { code, syscall } = error as Error & { readonly code?: unknown; readonly syscall?: unknown };
    this.told.push(['failed', code, syscall]);
  }

  dropped(reason: Failure): void {
    this.told.push(['dropped', reason]);
  }

  logPrefix(): string {
    return 'Recording';
  }
}

class Subject {
  readonly calls: string[] = [];
  /** What recv gives: text, the errno's name, or '' for an end; EAGAIN when there is nothing more. */
  input: (string | { readonly errno: ErrnoName })[] = [];
  /** What send answers, in turn; all that it is given when there is nothing more. */
  sendAnswers: (number | ErrnoName)[] = [];
  sent = '';
  readonly context = new FakeContext(this.#libc());
  readonly feed = new RecordingFeed();
  readonly driver: ReadinessDriver;

  constructor(options: ConnectionOptions = {}) {
    this.driver = new ReadinessDriver(this.context, 9, this.feed, connectionLimits(options));
  }

  write(text: string): this {
    this.feed.queue.push(Buffer.from(text));
    this.driver.startWriting();
    return this;
  }

  #libc(): Partial<Libc> {
    return {
      recv: (_fd, buffer, offset, length) => {
        const next = this.input.shift() ?? { errno: 'EAGAIN' };
        if (typeof next === 'object') return -errno[next.errno];
        return Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).write(next);
      },
      send: (_fd, buffer, offset, length) => {
        const answer = this.sendAnswers.shift() ?? length;
        this.calls.push(`send ${length}`);
        if (typeof answer === 'string') return -errno[answer];
        this.sent += Buffer.from(buffer.subarray(offset, offset + answer)).toString();
        return answer;
      },
      shutdown: () => this.calls.push('shutdown'),
      setsockopt: (_fd, _level, name) => this.calls.push(name === SO_LINGER ? 'linger' : 'setsockopt'),
      close: (fd) => this.calls.push(`close ${fd}`),
    };
  }
}

describe('ReadinessDriver', () => {
  describe('reading', () => {
    it('watches for hang-ups from the start, and for input when it is told to', () => {
      const { driver, context } = new Subject();
      expect([context.hangUpWatches.size, context.readers.size]).to.deep.equal([1, 0]);

      driver.startReading();
      driver.startReading();
      expect(context.readers.size).to.equal(1);
      driver.stopReading();
      driver.stopReading();
      expect(context.readers.size).to.equal(0);
    });

    it('hands a small read on as a copy of its own', () => {
      const subject = new Subject();
      subject.input = ['hello', 'world'];
      subject.driver.startReading();
      subject.context.read();
      subject.context.read();

      expect(subject.feed.received.map(String)).to.deep.equal(['hello', 'world']);
      expect(subject.context.slabsReplaced).to.equal(0);
    });

    it('hands the slab itself over when more than half of it is filled', () => {
      const subject = new Subject();
      const { slab } = subject.context.turn;
      subject.input = ['x'.repeat(32), 'y'.repeat(33), 'z'];
      subject.driver.startReading();
      for (let i = 0; i < 3; i += 1) subject.context.read();

      expect(subject.feed.received.map(String)).to.deep.equal(['x'.repeat(32), 'y'.repeat(33), 'z']);
      expect(subject.context.slabsReplaced).to.equal(1);
      expect(subject.feed.received[1]?.buffer).to.equal(slab.buffer);
    });

    it('copies nothing that nobody wants', () => {
      const subject = new Subject();
      subject.feed.wantsData = false;
      subject.input = ['hello'];
      subject.driver.startReading();
      subject.context.read();

      expect(subject.feed.told).to.deep.equal([['dataDiscarded', 5]]);
    });

    it('tells of the end', () => {
      const subject = new Subject();
      subject.input = [''];
      subject.driver.startReading();
      subject.context.read();

      expect(subject.feed.told).to.deep.equal([['endOfFile']]);
    });

    for (const name of ['EAGAIN', 'EINTR'] as const) {
      it(`says nothing of ${name}`, () => {
        const subject = new Subject();
        subject.input = [{ errno: name }, 'x'];
        subject.driver.startReading();
        subject.context.read();
        expect(subject.feed.told).to.deep.equal([]);
        subject.context.read();

        expect(subject.feed.received.map(String)).to.deep.equal(['x']);
      });
    }

    for (const name of ['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOMEM'] as const) {
      it(`tells of ${name} by name`, () => {
        const subject = new Subject();
        subject.input = [{ errno: name }];
        subject.driver.startReading();
        subject.context.read();

        expect(subject.feed.told).to.deep.equal([['failed', name, 'recv']]);
      });
    }

    it('passes hang-ups on', () => {
      const subject = new Subject();
      subject.driver.hangUp('reset');

      expect(subject.feed.told).to.deep.equal([['hangUp', 'reset']]);
    });
  });

  describe('writing', () => {
    it('sends at the end of the turn, once for all that was queued', () => {
      const subject = new Subject().write('a').write('b');
      expect(subject.calls).to.deep.equal([]);

      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
      expect(subject.calls).to.deep.equal(['send 2']);
      expect(subject.feed.told).to.deep.equal([['sent', 2]]);
      expect(subject.context.writers.size).to.equal(0);
    });

    it('tells that nothing is queued when it is asked with nothing queued', () => {
      const subject = new Subject();
      subject.driver.startWriting();
      subject.context.endTurn();

      expect(subject.calls).to.deep.equal([]);
      expect(subject.feed.told).to.deep.equal([['sent', 0]]);
    });

    it('waits for the kernel with what it did not take, and sends nothing meanwhile', () => {
      const subject = new Subject();
      subject.sendAnswers = [2, 'EAGAIN'];
      subject.write('abcd');
      subject.context.endTurn();
      expect(subject.context.writers.size).to.equal(1);
      subject.write('e');
      expect(subject.context.dirty).to.equal(false);

      subject.context.write();
      expect(subject.context.writers.size).to.equal(1);
      subject.context.write();

      expect(subject.sent).to.equal('abcde');
      expect(subject.context.writers.size).to.equal(0);
      expect(subject.feed.told).to.deep.equal([
        ['sent', 2],
        ['sent', 3],
      ]);
    });

    // Twisted: WriteDescriptorTests.test_kernelBufferFull
    it('waits when the kernel takes nothing', () => {
      const subject = new Subject();
      subject.sendAnswers = [0];
      subject.write('ab');
      subject.context.endTurn();

      expect(subject.feed.told).to.deep.equal([['sent', 0]]);
      subject.context.write();
      expect(subject.sent).to.equal('ab');
    });

    it('tries again in the same turn after EINTR', () => {
      const subject = new Subject();
      subject.sendAnswers = ['EINTR'];
      subject.write('ab');
      subject.context.endTurn();
      expect(subject.context.writers.size).to.equal(0);
      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
    });

    for (const name of ['ENOBUFS', 'ENOMEM'] as const) {
      it(`rests for a while after ${name}, for the socket stays writable and would spin`, () => {
        const subject = new Subject();
        subject.sendAnswers = [name];
        subject.write('ab');
        subject.context.endTurn();
        subject.write('c');
        expect([subject.context.writers.size, subject.context.dirty]).to.deep.equal([0, false]);

        subject.context.time.advance(0.019);
        expect(subject.context.dirty).to.equal(false);
        subject.context.time.advance(0.002);
        subject.context.endTurn();

        expect(subject.sent).to.equal('abc');
        expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
      });
    }

    for (const name of ['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EACCES'] as const) {
      it(`tells of ${name} by name`, () => {
        const subject = new Subject();
        subject.sendAnswers = [name];
        subject.write('ab');
        subject.context.endTurn();

        expect(subject.feed.told).to.deep.equal([['failed', name, 'send']]);
      });
    }

    it('goes on with what is written while it is told of what was sent', () => {
      const subject = new Subject();
      subject.feed.onSent = () => {
        subject.feed.onSent = () => {};
        subject.write('b');
      };
      subject.write('a');
      subject.context.endTurn();
      subject.context.endTurn();

      expect(subject.sent).to.equal('ab');
    });

    it('ends our direction, whatever the kernel says', () => {
      const subject = new Subject();
      subject.driver.shutdownWrite();

      expect(subject.calls).to.deep.equal(['shutdown']);
      expect(subject.feed.told).to.deep.equal([]);
    });
  });

  describe('closing', () => {
    it('at once is forgetting, then one close', () => {
      const { driver, context, calls } = new Subject();
      driver.startReading();
      driver.closeAtOnce(false);
      driver.closeAtOnce(true);

      expect(calls).to.deep.equal(['close 9']);
      expect(context.watching).to.equal(false);
      expect(context.forgotten).to.deep.equal([false]);
      expect(driver.fileno()).to.equal(-1);
    });

    it('with a reset sets SO_LINGER first', () => {
      const { driver, calls } = new Subject();
      driver.closeAtOnce(true);

      expect(calls).to.deep.equal(['linger', 'close 9']);
    });

    it('tells the poller that the number may have been duplicated if it was shown', () => {
      const { driver, context } = new Subject();
      driver.shared = true;
      driver.closeAtOnce(false);

      expect(context.forgotten).to.deep.equal([true]);
    });

    it('in order, with all sent and the peer ended, is at once', () => {
      const { driver, feed, calls } = new Subject();
      driver.closeInOrder(feed.queue, true);

      expect(calls).to.deep.equal(['close 9']);
    });

    it('in order, without lingering, is at once', () => {
      const { driver, feed, calls } = new Subject({ lingerMs: 0 });
      driver.closeInOrder(feed.queue, false);

      expect(calls).to.deep.equal(['close 9']);
    });

    it('in order otherwise lingers: the feed hears nothing any more', () => {
      const subject = new Subject({ lingerMs: 1000 });
      const { driver, feed, context, calls } = subject;
      driver.closeInOrder(feed.queue, false);
      expect(calls).to.deep.equal(['shutdown']);
      subject.input = ['late', ''];
      context.read();
      expect(calls).to.deep.equal(['shutdown']);
      context.read();

      expect(calls).to.deep.equal(['shutdown', 'close 9']);
      expect([feed.told, feed.received]).to.deep.equal([[], []]);
      expect(context.time.getDelayedCalls()).to.deep.equal([]);
    });

    it('in order sends the rest of the queue to a peer that has ended', () => {
      const subject = new Subject();
      subject.sendAnswers = [1];
      subject.feed.queue.push(Buffer.from('rest'));
      subject.driver.closeInOrder(subject.feed.queue, true);
      subject.context.endTurn();
      subject.context.write();

      expect(subject.sent).to.equal('rest');
      expect(subject.calls.at(-1)).to.equal('close 9');
      expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
    });

    it('leaves no timer of a send that was to be tried again', () => {
      const subject = new Subject();
      subject.sendAnswers = ['ENOMEM'];
      subject.write('ab');
      subject.context.endTurn();
      subject.driver.closeAtOnce(false);

      expect(subject.context.time.getDelayedCalls()).to.deep.equal([]);
    });
  });

  it('that is dropped by the reactor tells its feed and closes', () => {
    const { driver, feed, calls } = new Subject();
    const reason = new Failure(new ConnectionLost());
    driver.connectionLost(reason);
    driver.connectionLost(reason);

    expect(feed.told).to.deep.equal([['dropped', reason]]);
    expect(calls).to.deep.equal(['close 9']);
  });

  it('that has released its descriptor does nothing any more', () => {
    const subject = new Subject().write('ab');
    const { driver, context, calls } = subject;
    expect(driver.release()).to.equal(9);

    driver.startReading();
    driver.stopReading();
    driver.startWriting();
    driver.closeAtOnce(true);
    context.endTurn();

    expect(calls).to.deep.equal([]);
    expect(context.watching).to.equal(false);
  });

  it('names its feed in log records', () => {
    expect(new Subject().driver.logPrefix()).to.equal('Recording');
  });
});
