import { expect } from 'chai';
import { DescriptorAccounting } from '../../src/libc/index.js';

describe('DescriptorAccounting', () => {
  it('counts what was opened and not closed', () => {
    const descriptors = new DescriptorAccounting();
    descriptors.opened();
    descriptors.opened(2);
    descriptors.closed();
    expect(descriptors.open).to.equal(2);
  });

  it('tells all who wait at the next close, once, in the order of asking', () => {
    const descriptors = new DescriptorAccounting();
    const told: string[] = [];
    descriptors.opened(3);
    descriptors.onceClosed(() => told.push('first'));
    descriptors.onceClosed(() => told.push('second'));
    expect(told).to.deep.equal([]);
    descriptors.closed();
    expect(told).to.deep.equal(['first', 'second']);
    descriptors.closed();
    expect(told).to.deep.equal(['first', 'second']);
  });

  it('has counted the close before it tells of it', () => {
    const descriptors = new DescriptorAccounting();
    const seen: number[] = [];
    descriptors.opened();
    descriptors.onceClosed(() => seen.push(descriptors.open));
    descriptors.closed();
    expect(seen).to.deep.equal([0]);
  });

  it("doesn't tell who has taken the request back", () => {
    const descriptors = new DescriptorAccounting();
    const told: string[] = [];
    const takeBack = descriptors.onceClosed(() => told.push('first'));
    descriptors.onceClosed(() => told.push('second'));
    takeBack();
    takeBack();
    descriptors.closed();
    expect(told).to.deep.equal(['second']);
  });

  it('tells who asks again while being told at the next close, not at this one', () => {
    const descriptors = new DescriptorAccounting();
    let times = 0;
    const again = (): void => {
      times += 1;
      descriptors.onceClosed(again);
    };
    descriptors.onceClosed(again);
    descriptors.closed();
    expect(times).to.equal(1);
    descriptors.closed();
    expect(times).to.equal(2);
  });

  it('takes the same function twice as two requests', () => {
    const descriptors = new DescriptorAccounting();
    let times = 0;
    const count = (): void => void (times += 1);
    const takeBack = descriptors.onceClosed(count);
    descriptors.onceClosed(count);
    takeBack();
    descriptors.closed();
    expect(times).to.equal(1);
  });

  it('no longer tells who was taken back by one that was told before', () => {
    const descriptors = new DescriptorAccounting();
    const told: string[] = [];
    descriptors.onceClosed(() => {
      told.push('first');
      takeBack();
    });
    const takeBack = descriptors.onceClosed(() => told.push('second'));
    descriptors.closed();
    expect(told).to.deep.equal(['first']);
  });

  it('leaves a later request alone when an old one is taken back', () => {
    const descriptors = new DescriptorAccounting();
    let times = 0;
    const count = (): void => void (times += 1);
    const takeBackOld = descriptors.onceClosed(count);
    descriptors.closed();
    descriptors.onceClosed(count);
    takeBackOld();
    descriptors.closed();
    expect(times).to.equal(2);
  });
});
