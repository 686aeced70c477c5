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
    rate.count(15);
    rate.count(20);
    expect(rate.resting).to.equal(false);
    clock.advance(1);
    expect(rate.resting).to.equal(true);
    clock.advance(2.5);
    expect(told).to.deep.equal(['rest at 1', 'go on at 3.5']);
    expect(rate.resting).to.equal(false);
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
    rate.count(30);
    clock.pump([1, 1, 2]);
    expect(told).to.deep.equal(['rest at 1', 'go on at 2', 'rest at 3', 'go on at 5']);
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

  it('lets pass no more than the limit allows, whatever those who rest have written before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bytes: fc.nat(500), seconds: fc.integer({ min: 0, max: 40 }) }), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 100 }),
        (steps, limit) => {
          const { clock, rate } = scene(limit);
          let passed = 0;
          let inWindow = 0;
          for (const { bytes, seconds } of steps) {
            if (!rate.resting) {
              rate.count(bytes);
              passed += bytes;
              inWindow += bytes;
            }
            clock.advance(seconds / 10);
            if (rate.resting || clock.getDelayedCalls().length === 0) inWindow = 0;
          }
          // What is above the average is in the window that hasn't ended yet, or waits to be rested for.
          const owed = clock
            .getDelayedCalls()
            .reduce((sum, call) => sum + call.getTime() - clock.seconds(), 0);
          expect(passed - inWindow).to.be.at.most((clock.seconds() + owed) * limit + 1e-6);
        },
      ),
    );
  });
});
