import { expect } from 'chai';
import { SlowReader } from '../../src/tcp/slow-reader.js';
import { Clock } from '../../src/time/index.js';

class Subject {
  readonly clock = new Clock();
  readonly slowReader: SlowReader;
  complaints = 0;

  constructor() {
    const driver = { after: (delayMs: number, f: () => void) => this.clock.callLater(delayMs / 1000, f) };
    this.slowReader = new SlowReader(1000, driver, () => {
      this.complaints += 1;
    });
  }
}

// Beyond Twisted: C13
describe('SlowReader', () => {
  it('counts from the first byte queued, whatever is queued after it', () => {
    const subject = new Subject();
    subject.slowReader.queued();
    subject.clock.advance(0.9);
    subject.slowReader.queued();
    expect(subject.complaints).to.equal(0);

    subject.clock.advance(0.1);

    expect(subject.complaints).to.equal(1);
    expect(subject.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('counts anew from every byte that is taken, and not at all when all is', () => {
    const subject = new Subject();
    subject.slowReader.queued();
    subject.clock.advance(0.9);
    subject.slowReader.took(5);
    subject.clock.advance(0.9);
    subject.slowReader.took(0);
    subject.clock.advance(10);

    expect(subject.complaints).to.equal(0);
    subject.slowReader.queued();
    subject.clock.advance(1);
    expect(subject.complaints).to.equal(1);
  });

  it('can be stopped at any time', () => {
    const subject = new Subject();
    subject.slowReader.stop();
    subject.slowReader.queued();
    subject.slowReader.stop();
    subject.slowReader.took(5);
    subject.clock.advance(10);

    expect(subject.complaints).to.equal(0);
    expect(subject.clock.getDelayedCalls()).to.deep.equal([]);
  });
});
