import { expect } from 'chai';
import type { PortEvents } from '../../src/interfaces/index.js';
import { DescriptorAccounting, type ErrnoName, type Libc, errno } from '../../src/libc/index.js';
import { EventSource } from '../../src/logger/index.js';
import { AcceptLoop, type Acceptor } from '../../src/tcp/accept-loop.js';
import { NullFileDescriptorReservation } from '../../src/tcp/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeContext } from './fake-context.js';

/** A port without a socket. accept answers what the test says, and a client when there is nothing more. */
class Subject {
  readonly answers: (ErrnoName | 'client')[] = [];
  readonly context: FakeContext;
  readonly loop: AcceptLoop;
  /** For how long the port was to rest, each time. */
  readonly rests: number[] = [];
  served = 0;
  /** The turn is over once so many clients were served. */
  turnEndsAfter = Infinity;

  constructor() {
    const libc: Partial<Libc> = {
      descriptors: new DescriptorAccounting(),
      accept4: () => {
        const answer = this.answers.shift() ?? 'client';
        return answer === 'client' ? 9 : -errno[answer];
      },
    };
    this.context = new FakeContext(libc);
    Object.assign(this.context.turn, { expired: () => this.served >= this.turnEndsAfter });
    const events = new EventSource<PortEvents>();
    events.on('acceptPaused', (retryMs) => this.rests.push(retryMs));
    this.loop = new AcceptLoop(this.context, this.#acceptor(events), {
      numberAccepts: 100,
      reservation: new NullFileDescriptorReservation(),
    });
  }

  #acceptor(events: EventSource<PortEvents>): Acceptor {
    const acceptor: Partial<Acceptor> = {
      events,
      accepting: true,
      listening: true,
      fileno: () => 5,
      watch: () => {},
      unwatch: () => {},
      serve: () => void (this.served += 1),
      toString: () => '<Port>',
    };
    return acceptor as Acceptor;
  }
}

describe('AcceptLoop', () => {
  it('asks after every sixteenth client whether the turn is over, and then leaves its number as it is', () => {
    const subject = new Subject();
    subject.turnEndsAfter = 17;
    subject.loop.run();

    expect(subject.served).to.equal(32);
    expect(subject.loop.numberAccepts).to.equal(100);
  });

  it('rests twice as long each time in a row, and shortly again once a client was accepted', () => {
    using log = new LogCapture();
    const subject = new Subject();
    subject.answers.push('ENFILE', 'ENFILE', 'client', 'ENFILE');
    for (let i = 0; i < 4; i += 1) {
      subject.loop.run();
      subject.context.time.advance(0.5);
    }

    expect(subject.rests).to.deep.equal([50, 100, 50]);
    expect(subject.served).to.equal(1);
    expect(log.errors).to.deep.equal([]);
  });
});
