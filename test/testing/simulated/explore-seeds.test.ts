import { expect } from 'chai';
import { exploreSeeds } from '../../../src/testing/index.js';

describe('exploreSeeds()', () => {
  it('makes a kernel for each seed, with the same options', async () => {
    const seeds: number[] = [];
    await exploreSeeds({ seeds: 3, first: 5, fragmentation: 0.5 }, ({ seed, network }) => {
      seeds.push(seed);
      expect(network.fragmentation).to.equal(0.5);
    });
    expect(seeds).to.deep.equal([5, 6, 7]);
    seeds.length = 0;
    await exploreSeeds({}, ({ seed }) => seeds.push(seed));
    expect(seeds).to.have.length(100);
  });

  it('ends with the first failure, and names its seed', async () => {
    const oops = new RangeError('too far');
    const seeds: number[] = [];
    const outcome: unknown = await exploreSeeds({}, async ({ seed }) => {
      await Promise.resolve();
      seeds.push(seed);
      if (seed === 4) throw oops;
    }).catch((error: unknown) => error);
    expect(String(outcome)).to.equal('Error: With seed 4: too far');
    expect((outcome as Error).cause).to.equal(oops);
    expect(seeds.at(-1)).to.equal(4);
  });
});
