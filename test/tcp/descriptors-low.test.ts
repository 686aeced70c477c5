import { expect } from 'chai';
import type { ITCPPort, PortEvents } from '../../src/interfaces/index.js';
import { type Libc, type ResourceLimit, errno } from '../../src/libc/index.js';
import { EventSource } from '../../src/logger/index.js';
import { DescriptorsLow } from '../../src/tcp/descriptors-low.js';
import { LogCapture } from '../../src/testing/index.js';

/** A process with a limit, of whose descriptors so many are open, from 0 on. */
class FakeProcess {
  soft = 100;
  open = 50;
  /** What getrlimit and poll answer, instead of working. */
  trouble = 0;

  readonly libc = {
    getrlimit: (_resource: number, limit: ResourceLimit): number => {
      limit.soft = this.soft;
      limit.hard = 1000;
      return this.trouble;
    },
    poll: (records: Buffer, count: number): number => {
      for (let i = 0; i < count; i += 1) {
        const isOpen = records.readInt32LE(i * 8) < this.open;
        records.writeInt16LE(isOpen ? 0 : 32, i * 8 + 6);
      }
      return this.trouble;
    },
  } as unknown as Libc;
}

class Subject extends FakeProcess {
  readonly told: (readonly [inUse: number, limit: number])[] = [];
  readonly low: DescriptorsLow;

  constructor(share?: number) {
    super();
    const events = new EventSource<PortEvents>();
    events.on('descriptorsLow', (...args) => void this.told.push(args));
    this.low = new DescriptorsLow(this.libc, {} as ITCPPort, events, share);
    this.low.start();
  }
}

describe('DescriptorsLow', () => {
  // Beyond Twisted: E9
  it('warns once when a number reaches nine tenths of the limit, with the true count', () => {
    const subject = new Subject();
    subject.low.saw(89);
    expect(subject.told).to.deep.equal([]);
    subject.low.saw(90);
    subject.low.saw(95);
    subject.low.saw(85);
    subject.low.saw(99);

    expect(subject.told).to.deep.equal([[50, 100]]);
  });

  it('warns again once numbers were well below the mark', () => {
    const subject = new Subject();
    subject.low.saw(90);
    subject.low.saw(80);
    subject.open = 60;
    subject.low.saw(90);

    expect(subject.told).to.deep.equal([
      [50, 100],
      [60, 100],
    ]);
  });

  it('can be told another share of the limit, all or nothing included', () => {
    for (const [share, number] of [
      [0.5, 50],
      [1, 100],
      [0, 0],
    ] as const) {
      const subject = new Subject(share);
      if (number > 0) subject.low.saw(number - 1);
      expect(subject.told).to.deep.equal([]);
      subject.low.saw(number);
      expect(subject.told).to.have.length(1);
    }
  });

  it('refuses a share that is none', () => {
    for (const share of [-0.1, 1.1, NaN, Infinity])
      expect(() => new Subject(share)).to.throw(RangeError, 'from 0 to 1');
  });

  it('goes by the limit of the time when it warns', () => {
    const subject = new Subject();
    subject.soft = 1000;
    subject.low.saw(90);
    subject.low.saw(91);
    expect(subject.told).to.deep.equal([[50, 1000]]);
    subject.low.saw(100);
    subject.low.saw(900);

    expect(subject.told).to.deep.equal([
      [50, 1000],
      [50, 1000],
    ]);
  });

  it('counts over more descriptors than one poll call takes', () => {
    const subject = new Subject();
    subject.soft = 10_000;
    subject.open = 9500;
    subject.low.start();
    subject.low.saw(9000);

    expect(subject.told).to.deep.equal([[9500, 10_000]]);
  });

  it('never throws: what cannot be counted is logged', () => {
    using log = new LogCapture();
    const subject = new Subject();
    subject.trouble = -errno.EINTR;
    subject.low.saw(90);

    expect(subject.told).to.deep.equal([]);
    expect(log.errors).to.have.length(1);
  });

  it('says nothing where the limit is not known', () => {
    const subject = new Subject();
    subject.trouble = -errno.EPERM;
    const unknown = new DescriptorsLow(subject.libc, {} as ITCPPort, new EventSource());
    unknown.start();
    unknown.saw(1_000_000);

    expect(subject.told).to.deep.equal([]);
  });
});
