import { expect } from 'chai';
import fc from 'fast-check';
import { ByteRate } from '../../../src/protocols/policies/byte-rate.js';
import { Clock } from '../../../src/time/index.js';

function scene(limit: number): { clock: Clock; rate: ByteRate; told: string[] } {
  const clock = new Clock();
  const told: string[] = [];
  const tell = (what: string): void => void told.push(`${what} at ${clock.seconds()}`);
  const rate = new ByteRate(limit, clock, { rest: () => tell('rest'), goOn: () => tell('go on') });
  return { clock, rate, told };
}

describe('ByteRate', () => {
  it('asks for a rest that makes up for what was too much', () => {
    const { clock, rate, told } = scene(10);
    rate.count(5);
    rate.count(15);
    expect(rate.resting).to.equal(false);
    clock.advance(1);
    expect(rate.resting).to.equal(true);
    clock.pump([0.5, 0.5]);
    expect(told).to.deep.equal(['rest at 1', 'go on at 2']);
    expect(rate.resting).to.equal(false);
  });

  it('asks for it at once when more passes than two windows allow', () => {
    const { clock, rate, told } = scene(10);
    rate.count(1);
    clock.advance(0.25);
    rate.count(19);
    expect(rate.resting).to.equal(false);
    rate.count(20);
    rate.count(10);
    expect(rate.resting).to.equal(true);
    clock.pump([0.75, 4]);
    expect(told).to.deep.equal(['rest at 0.25', 'go on at 5']);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('asks for none at the limit or below it', () => {
    const { clock, rate, told } = scene(10);
    for (let second = 0; second < 5; second += 1) {
      rate.count(10);
      clock.advance(1);
    }
    expect(told).to.deep.equal([]);
  });

  it('has a timer only while something is counted', () => {
    const { clock, rate } = scene(10);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    rate.count(1);
    clock.advance(1);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('begins a window with the first byte', () => {
    const { clock, rate, told } = scene(10);
    clock.advance(100);
    rate.count(20);
    clock.pump([1, 1]);
    expect(told).to.deep.equal(['rest at 101', 'go on at 102']);
  });

  it('counts what passes during a rest in the next window', () => {
    const { clock, rate, told } = scene(10);
    rate.count(20);
    clock.advance(1);
    rate.count(20);
    clock.pump([1, 1, 1]);
    expect(told).to.deep.equal(['rest at 1', 'go on at 2', 'rest at 3', 'go on at 4']);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('`reset()` forgets everything, a rest too', () => {
    const { clock, rate, told } = scene(10);
    rate.count(20);
    clock.advance(1);
    rate.count(5);
    rate.reset();
    expect([rate.resting, clock.getDelayedCalls().length]).to.deep.equal([false, 0]);
    rate.count(10);
    clock.advance(5);
    expect(told).to.deep.equal(['rest at 1']);
  });

  it('refuses a limit that lets nothing pass', () => {
    for (const limit of [0, -1, NaN]) expect(() => scene(limit)).to.throw(RangeError);
  });

  it('lets those who heed it have no more than the limit on average, and twice that and a piece at a time', () => {
    const MOST = 500;
    const steps = fc.array(fc.record({ bytes: fc.nat(MOST), tenths: fc.nat(40) }), { maxLength: 100 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 300 }), (tries, limit) => {
        const { clock, rate } = scene(limit);
        let passed = 0;
        for (const { bytes, tenths } of tries) {
          if (!rate.resting) {
            rate.count(bytes);
            passed += bytes;
          }
          expect(passed).to.be.at.most(clock.seconds() * limit + 2 * limit + MOST + 1e-6);
          clock.advance(tenths / 10);
        }
      }),
    );
  });

  it('lets those who heed it have nearly as much as the limit allows', () => {
    const { clock, rate } = scene(1000);
    let passed = 0;
    while (clock.seconds() < 100) {
      if (!rate.resting) {
        rate.count(300);
        passed += 300;
      }
      clock.advance(0.01);
    }
    expect(passed).to.be.within(95_000, 103_000);
  });
});
