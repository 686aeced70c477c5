import { expect } from 'chai';
import { Choices } from '../../../src/testing/index.js';

describe('Choices', () => {
  const draw = (seed: number): number[] => {
    const choices = new Choices(seed);
    return Array.from({ length: 1000 }, () => choices.fraction());
  };

  it('are the same for the same seed, and others for another one', () => {
    expect(draw(5)).to.deep.equal(draw(5));
    expect(draw(5)).not.to.deep.equal(draw(6));
  });

  it('are spread evenly from 0 up to 1', () => {
    for (const seed of [0, 1, 2, 0xffff_ffff]) {
      const drawn = draw(seed);
      expect(Math.min(...drawn)).to.be.within(0, 0.02);
      expect(Math.max(...drawn)).to.be.within(0.98, 0.999_999_999_9);
      // The mean of 1000 draws is within 6 standard deviations of a half.
      expect(drawn.reduce((sum, each) => sum + each, 0) / 1000).to.be.within(0.44, 0.56);
    }
  });

  it('of whole numbers include both ends', () => {
    const choices = new Choices(1);
    const drawn = new Set(Array.from({ length: 200 }, () => choices.integer(3, 6)));
    expect([...drawn].sort()).to.deep.equal([3, 4, 5, 6]);
    expect(choices.between(2, 2)).to.equal(2);
  });

  it('use no number up for what can’t be otherwise', () => {
    const [one, other] = [new Choices(9), new Choices(9)];
    expect([one.chance(0), one.chance(1), one.one(['only'])]).to.deep.equal([false, true, 'only']);
    expect(one.fraction()).to.equal(other.fraction());
  });

  it('shuffle without losing anything', () => {
    const things = Array.from({ length: 20 }, (_, i) => i);
    const shuffled = [...things];
    new Choices(4).shuffle(shuffled);
    expect(shuffled).not.to.deep.equal(things);
    expect([...shuffled].sort((a, b) => a - b)).to.deep.equal(things);
  });

  it('can’t be made of nothing, nor of a seed that is none', () => {
    expect(() => new Choices(1).one([])).to.throw(RangeError);
    for (const seed of [-1, 1.5, NaN, 2 ** 32]) expect(() => new Choices(seed)).to.throw(RangeError, 'seed');
  });
});
