import { expect } from 'chai';
import fc from 'fast-check';

import { ratioSpread, rotated, spread } from '../../bench/harness/statistics.js';

describe('statistics of benchmarks', () => {
  it('`spread()` gives the middle one of an odd number of figures', () => {
    expect(spread([5, 1, 3])).to.deep.equal({ median: 3, min: 1, max: 5 });
  });

  it('`spread()` gives the mean of the two middle ones of an even number', () => {
    expect(spread([4, 1, 2, 100]).median).to.equal(3);
  });

  it('`spread()` orders figures as numbers, not as text', () => {
    expect(spread([10, 9, 100])).to.deep.equal({ median: 10, min: 9, max: 100 });
  });

  it('`spread()` has as many figures below its median as above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (figures) => {
        const { median } = spread(figures);
        const below = figures.filter((figure) => figure < median).length;
        const above = figures.filter((figure) => figure > median).length;
        expect(below).to.be.at.most(figures.length / 2);
        expect(above).to.be.at.most(figures.length / 2);
      }),
    );
  });

  it('`spread()` refuses to describe no figures', () => {
    expect(() => spread([])).to.throw(RangeError);
  });

  it('`ratioSpread()` divides within a round, so a slow round of both changes nothing', () => {
    expect(ratioSpread([1, 10, 2], [2, 20, 4])).to.deep.equal({ median: 0.5, min: 0.5, max: 0.5 });
  });

  it('`ratioSpread()` gives null where there is nothing to divide by', () => {
    expect(ratioSpread([1, 1], [2, 0])).to.equal(null);
  });

  it('`ratioSpread()` refuses figures of different numbers of rounds', () => {
    expect(() => ratioSpread([1, 2], [1])).to.throw(RangeError);
  });

  it('`rotated()` begins elsewhere and keeps the order', () => {
    expect([0, 1, 2, 3].map((first) => rotated(['a', 'b', 'c'], first).join(''))).to.deep.equal([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
  });
});
