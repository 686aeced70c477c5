import { expect } from 'chai';
import fc from 'fast-check';
import { EPOLLIN, EPOLLRDHUP, EpollEventArray, epollEventLayout } from '../../src/libc/index.js';

describe('EpollEventArray', () => {
  it('packs events to 12 bytes on x64', () => {
    const events = new EpollEventArray(2, 'x64');
    events.set(1, EPOLLIN | EPOLLRDHUP, 0x01020304, 0x05060708);
    expect(events.bytes.length).to.equal(24);
    expect(events.bytes.toString('hex', 12)).to.equal('012000000403020108070605');
  });

  it('aligns the data to 8 bytes on arm64', () => {
    const events = new EpollEventArray(2, 'arm64');
    events.set(1, EPOLLIN | EPOLLRDHUP, 0x01020304, 0x05060708);
    expect(events.bytes.length).to.equal(32);
    expect(events.bytes.toString('hex', 16)).to.equal('01200000000000000403020108070605');
  });

  it('lays out events as this machine does unless told otherwise', () => {
    expect(new EpollEventArray(3).bytes.length).to.equal(3 * 4 * epollEventLayout(process.arch).words);
  });

  for (const arch of ['x64', 'arm64']) {
    it(`reads back what was written on ${arch}, and touches no other event`, () => {
      const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
      fc.assert(
        fc.property(fc.array(fc.tuple(word, word, word), { minLength: 1, maxLength: 32 }), (written) => {
          const events = new EpollEventArray(written.length, arch);
          written.forEach(([mask, low, high], i) => events.set(i, mask, low, high));
          const read = written.map((_, i) => [events.events(i), events.low(i), events.high(i)]);
          expect(read).to.deep.equal(written);
        }),
      );
    });
  }
});
