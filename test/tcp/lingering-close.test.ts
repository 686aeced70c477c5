import { expect } from 'chai';
import { Failure } from '../../src/defer/index.js';
import { ConnectionLost, FileSendError } from '../../src/errors/index.js';
import type { ConnectionOptions } from '../../src/interfaces/index.js';
import { connectionLimits } from '../../src/tcp/index.js';
import { LingeringClose } from '../../src/tcp/lingering-close.js';
import { FileQueue } from '../../src/tcp/file-queue.js';
import { QueuedFile } from '../../src/tcp/queued-file.js';
import { WriteQueue } from '../../src/tcp/write-queue.js';
import { outcomeOf } from '../../src/testing/conformance/file-cases.js';
import { FakeDriver } from './fake-connection.js';

interface Options {
  readonly queued?: number;
  readonly peerEnded?: boolean;
  readonly limits?: ConnectionOptions;
}

class Subject {
  readonly driver = new FakeDriver();
  readonly queue = new WriteQueue();
  readonly lingering: LingeringClose;

  constructor({ queued = 0, peerEnded = false, limits = {} }: Options) {
    this.queue.push(Buffer.alloc(queued));
    this.lingering = new LingeringClose(this.driver, this.queue, peerEnded, connectionLimits(limits));
  }

  /** The kernel takes so many bytes. */
  take(count: number): void {
    this.queue.consume(count);
    this.lingering.sent(count);
  }

  get timers(): number {
    return this.driver.clock.getDelayedCalls().length;
  }
}

const linger = (options: Options = {}): Subject => new Subject(options);

describe('LingeringClose', () => {
  it('with nothing queued ends writing and reads until the peer ends', () => {
    const { driver, lingering } = linger();

    expect(driver.calls.filter((call) => call !== 'after')).to.deep.equal(['shutdownWrite', 'startReading']);
    lingering.endOfFile();
    expect(driver.givenUp).to.deep.equal(['at once']);
  });

  it('sends what is queued before it ends writing', () => {
    const subject = linger({ queued: 10 });
    const { driver } = subject;
    expect(driver.writing).to.equal(true);
    expect(driver.reading).to.equal(true);

    subject.take(4);
    expect(driver.calls).not.to.include('shutdownWrite');
    subject.take(6);

    expect(driver.calls.at(-1)).to.equal('shutdownWrite');
    expect(driver.givenUp).to.deep.equal([]);
  });

  it('ends writing once', () => {
    const subject = linger({ queued: 1 });
    subject.take(1);
    subject.take(0);

    expect(subject.driver.calls.filter((call) => call === 'shutdownWrite')).to.have.length(1);
  });

  it('with the peer ended already sends the rest and closes, with nothing to wait for', () => {
    const subject = linger({ queued: 10, peerEnded: true });
    expect(subject.driver.reading).to.equal(false);

    subject.take(10);

    expect(subject.driver.givenUp).to.deep.equal(['at once']);
    expect(subject.timers).to.equal(0);
  });

  it('when the peer ends first goes on sending, without reading, and then closes', () => {
    const subject = linger({ queued: 10 });
    subject.take(5);
    subject.lingering.endOfFile();
    expect(subject.driver.reading).to.equal(false);
    expect(subject.driver.givenUp).to.deep.equal([]);

    subject.take(5);

    expect(subject.driver.givenUp).to.deep.equal(['at once']);
  });

  it('wants no data, and throws away what comes', () => {
    const { driver, lingering } = linger({ limits: { lingerBytes: 10 } });

    expect(lingering.wantsData).to.equal(false);
    lingering.dataDiscarded(6);
    lingering.dataReceived(Buffer.alloc(4));

    expect(driver.givenUp).to.deep.equal([]);
  });

  it('closes when more comes than its bound in bytes', () => {
    const subject = linger({ limits: { lingerBytes: 10 } });
    subject.lingering.dataDiscarded(10);
    subject.lingering.dataDiscarded(1);

    expect(subject.driver.givenUp).to.deep.equal(['at once']);
    expect(subject.timers).to.equal(0);
  });

  it('closes when its time is up', () => {
    const { driver } = linger({ limits: { lingerMs: 2000 } });

    driver.clock.advance(1.999);
    expect(driver.givenUp).to.deep.equal([]);
    driver.clock.advance(0.001);

    expect(driver.givenUp).to.deep.equal(['at once']);
    expect(driver.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('counts its time from the last byte that the peer took, so a slow peer gets all', () => {
    const subject = linger({ queued: 3, peerEnded: true, limits: { lingerMs: 1000 } });
    for (let i = 0; i < 2; i += 1) {
      subject.driver.clock.advance(0.9);
      subject.take(1);
    }
    expect(subject.driver.givenUp).to.deep.equal([]);
    subject.driver.clock.advance(0.9);
    subject.take(0);
    expect(subject.driver.givenUp).to.deep.equal([]);

    subject.driver.clock.advance(0.1);

    expect(subject.driver.givenUp).to.deep.equal(['with reset']);
  });

  for (const [what, meet] of [
    ['its time is up', ({ driver }: Subject) => driver.clock.advance(5)],
    ['more comes than its bound in bytes', ({ lingering }: Subject) => lingering.dataDiscarded(11)],
    ['sending fails', ({ lingering }: Subject) => lingering.failed(new Error('EIO'))],
  ] as const) {
    it(`resets when ${what} with bytes still queued: what is cut off must not look like an end in order`, () => {
      const subject = linger({ queued: 3, limits: { lingerBytes: 10 } });
      subject.take(1);
      meet(subject);

      expect(subject.driver.givenUp).to.deep.equal(['with reset']);
      expect(subject.timers).to.equal(0);
    });
  }

  it('is not held up by input that goes on and on', () => {
    const subject = linger({ limits: { lingerMs: 1000 } });
    subject.driver.clock.advance(0.9);
    subject.lingering.dataDiscarded(1);

    subject.driver.clock.advance(0.1);

    expect(subject.driver.givenUp).to.deep.equal(['at once']);
  });

  it('closes when a call fails', () => {
    const subject = linger();
    subject.lingering.failed(new Error('EIO'));

    expect(subject.driver.givenUp).to.deep.equal(['at once']);
    expect(subject.timers).to.equal(0);
  });

  describe('with a file queued', () => {
    interface WithFile {
      readonly driver: FakeDriver;
      readonly queue: FileQueue;
      readonly lingering: LingeringClose;
      readonly outcome: { readonly value: unknown };
    }

    function lingerWithFile(): WithFile {
      const driver = new FakeDriver();
      const queue = new FileQueue();
      const file = new QueuedFile(3, 0, 10, () => undefined);
      queue.pushFile(file);
      const outcome = outcomeOf(file.result);
      const lingering = new LingeringClose(driver, queue, true, connectionLimits({ lingerBytes: 10 }));
      return { driver, queue, lingering, outcome };
    }

    it('closes once it is sent, and tells so', () => {
      const { driver, queue, lingering, outcome } = lingerWithFile();
      queue.consume(4);
      lingering.sent(4);
      expect([outcome.value, driver.givenUp]).to.deep.equal([undefined, []]);
      queue.consume(6);
      lingering.sent(6);
      expect([outcome.value, driver.givenUp]).to.deep.equal(['sent', ['at once']]);
    });

    it('resets when the file fails, and tells why', () => {
      const { driver, lingering, outcome } = lingerWithFile();
      const error = new FileSendError(10, 'has ended too early');
      lingering.fileFailed(error);
      expect([outcome.value, driver.givenUp]).to.deep.equal([error, ['with reset']]);
    });

    for (const [what, meet, message] of [
      ['its time is up', ({ driver }: WithFile) => driver.clock.advance(5), /took nothing/],
      ['more comes than its bound', ({ lingering }: WithFile) => lingering.dataDiscarded(11), /sent more/],
      ['sending fails', ({ lingering }: WithFile) => lingering.failed(new Error('EPIPE')), /non-clean/],
    ] as const) {
      it(`tells who waits for the file when ${what}`, () => {
        const subject = lingerWithFile();
        meet(subject);
        expect(subject.driver.givenUp).to.deep.equal(['with reset']);
        expect(subject.outcome.value).to.be.instanceOf(ConnectionLost);
        expect((subject.outcome.value as Error).message).to.match(message);
      });
    }

    it('tells who waits for the file when the reactor drops the descriptor', () => {
      const { lingering, outcome } = lingerWithFile();
      const reason = new Error('reactor stopped');
      lingering.dropped(new Failure(reason));
      expect(outcome.value).to.equal(reason);
    });
  });

  it('leaves closing to the driver when the reactor drops the descriptor', () => {
    const subject = linger();
    subject.lingering.dropped(new Failure(new Error('reactor stopped')));

    expect(subject.timers).to.equal(0);
    expect(subject.driver.givenUp).to.deep.equal([]);
  });

  it('leaves it to sending to find out what a hang-up means', () => {
    const { driver, lingering } = linger({ queued: 1, peerEnded: true });
    lingering.hangUp();

    expect(driver.givenUp).to.deep.equal([]);
    expect(lingering.logPrefix()).to.equal('LingeringClose');
  });
});
