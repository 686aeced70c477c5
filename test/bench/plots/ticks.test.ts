import { expect } from 'chai';
import fc from 'fast-check';

import { logarithmicTicks, ticksTo } from '../../../bench/plots/ticks.js';

const figure = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

describe('ticks of axes', () => {
  it('`ticksTo()` goes to the figure in round steps', () => {
    expect(ticksTo(9)).to.deep.equal([0, 2, 4, 6, 8, 10]);
    expect(ticksTo(100)).to.deep.equal([0, 20, 40, 60, 80, 100]);
    expect(ticksTo(0)).to.deep.equal([0, 1]);
  });

  it('`ticksTo()` has a few steps, whatever the figure, and ends with the first that reaches it', () => {
    fc.assert(
      fc.property(figure, (greatest) => {
        const ticks = ticksTo(greatest);
        expect(ticks.length).to.be.within(3, 7);
        expect(ticks.at(-1)).to.be.at.least(greatest * (1 - 1e-9));
        expect(ticks.at(-2)).to.be.below(greatest);
      }),
    );
  });

  it('`logarithmicTicks()` has 1, 2 and 5 of each power of ten', () => {
    expect(logarithmicTicks(7, 230)).to.deep.equal([5, 10, 20, 50, 100, 200, 500]);
    expect(logarithmicTicks(0.03, 0.4)).to.deep.equal([0.02, 0.05, 0.1, 0.2, 0.5]);
  });

  it('`logarithmicTicks()` has powers of ten alone where there are many', () => {
    expect(logarithmicTicks(7, 1e6)).to.deep.equal([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
  });

  it('`logarithmicTicks()` has both figures between its ends', () => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const ticks = logarithmicTicks(Math.min(a, b), Math.max(a, b));
        expect(ticks[0]).to.be.at.most(Math.min(a, b));
        expect(ticks.at(-1)).to.be.at.least(Math.max(a, b));
      }),
    );
  });
});
