import { expect } from 'chai';
import { DescriptorAccounting } from '../../src/libc/index.js';
import { AcceptPause } from '../../src/tcp/accept-pause.js';
import { Clock } from '../../src/time/index.js';

class Subject {
  readonly clock = new Clock();
  readonly descriptors = new DescriptorAccounting();
  readonly pause: AcceptPause;
  resumed = 0;

  constructor() {
    this.pause = new AcceptPause(this.clock, this.descriptors, () => {
      this.resumed += 1;
    });
  }
}

describe('AcceptPause', () => {
  it('rests for 50 ms, then resumes, once', () => {
    const subject = new Subject();
    expect(subject.pause.active).to.equal(false);
    expect(subject.pause.begin()).to.equal(50);
    expect(subject.pause.active).to.equal(true);

    subject.clock.advance(0.049);
    expect(subject.resumed).to.equal(0);
    subject.clock.advance(0.001);
    expect(subject.resumed).to.equal(1);
    expect(subject.pause.active).to.equal(false);
    subject.clock.advance(10);

    expect(subject.resumed).to.equal(1);
  });

  // Beyond Twisted: E2
  it('rests twice as long each time in a row, up to 500 ms', () => {
    const { clock, pause } = new Subject();
    const rests = Array.from({ length: 6 }, () => {
      const rest = pause.begin();
      clock.advance(rest / 1000);
      return rest;
    });

    expect(rests).to.deep.equal([50, 100, 200, 400, 500, 500]);
  });

  it('rests for 50 ms again once accepting has worked', () => {
    const { clock, pause } = new Subject();
    pause.begin();
    clock.advance(0.05);
    pause.succeeded();

    expect(pause.begin()).to.equal(50);
    pause.end();
  });

  // Beyond Twisted: E1
  it('resumes as soon as a descriptor is closed, though not inside that call', () => {
    const subject = new Subject();
    subject.pause.begin();

    subject.descriptors.closed();
    expect(subject.resumed).to.equal(0);
    subject.clock.advance(0);

    expect(subject.resumed).to.equal(1);
    expect(subject.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('resumes once for many closes', () => {
    const subject = new Subject();
    subject.pause.begin();
    subject.descriptors.closed();
    subject.descriptors.closed();
    subject.clock.advance(1);
    subject.descriptors.closed();
    subject.clock.advance(1);

    expect(subject.resumed).to.equal(1);
  });

  it('that is ended does not resume, and leaves nothing behind', () => {
    const subject = new Subject();
    subject.pause.begin();
    subject.pause.end();
    subject.pause.end();
    subject.descriptors.closed();
    subject.clock.advance(10);

    expect(subject.resumed).to.equal(0);
    expect(subject.pause.active).to.equal(false);
    expect(subject.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('begun anew counts from then, with one timer', () => {
    const subject = new Subject();
    subject.pause.begin();
    subject.clock.advance(0.04);
    expect(subject.pause.begin()).to.equal(100);

    expect(subject.clock.getDelayedCalls()).to.have.length(1);
    subject.clock.advance(0.09);
    expect(subject.resumed).to.equal(0);
    subject.clock.advance(0.01);
    expect(subject.resumed).to.equal(1);
  });
});
