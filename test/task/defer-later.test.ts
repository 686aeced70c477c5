import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { CancelledError, Deferred } from '../../src/defer/index.js';
import { deferLater } from '../../src/task/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from '../defer/results.js';

const boom = new Error('boom');

describe('deferLater()', () => {
  expectNoUnhandledErrors();
  let clock = new Clock();
  beforeEach(() => {
    clock = new Clock();
  });

  // Twisted: DeferLaterTests.test_callback
  it('calls after the delay, with the arguments, and fires with what the call returns', () => {
    const seen: unknown[] = [];
    const later = deferLater(
      clock,
      3,
      (a: string, b: number) => {
        seen.push(a, b);
        return 'result';
      },
      'a',
      1,
    );
    clock.advance(2);
    expect([seen, isDone(later)]).to.deep.equal([[], false]);
    clock.advance(1);
    expect([seen, resultOf(later)]).to.deep.equal([['a', 1], 'result']);
  });

  // Twisted: DeferLaterTests.test_errback
  it('fails with what the call throws', () => {
    const later = deferLater(clock, 1, () => {
      throw boom;
    });
    clock.advance(1);
    expect(errorOf(later)).to.equal(boom);
  });

  // Twisted: DeferLaterTests.test_cancel
  it('cancelled, it takes the call back and fails with CancelledError', () => {
    let calls = 0;
    const later = deferLater(clock, 1, () => (calls += 1));
    later.cancel();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    clock.advance(2);
    expect(calls).to.equal(0);
    expect(errorOf(later)).to.be.instanceOf(CancelledError);
  });

  // Twisted: DeferLaterTests.test_noCallback
  it('without a function fires with undefined after the delay', () => {
    const later = deferLater(clock, 1);
    expect(isDone(later)).to.equal(false);
    clock.advance(1);
    expect(isDone(later.addCallback((result) => expect(result).to.equal(undefined)))).to.equal(true);
  });

  it('waits for a Deferred that the call returns, and passes cancelling on to it', () => {
    const inner = new Deferred<number>();
    const later = deferLater(clock, 1, () => inner);
    clock.advance(1);
    expect(isDone(later)).to.equal(false);
    later.cancel();
    expect(errorOf(later)).to.be.instanceOf(CancelledError);
  });

  it('throws at once for a bad delay or what is no function', () => {
    expect(() => deferLater(clock, -1)).to.throw(RangeError);
    expect(() => deferLater(clock, 1, 5 as unknown as () => void)).to.throw(TypeError);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('knows the types', () => {
    expectTypeOf(deferLater(clock, 1)).toEqualTypeOf<Deferred<void>>();
    expectTypeOf(deferLater(clock, 1, () => 5)).toEqualTypeOf<Deferred<number>>();
    expectTypeOf(deferLater(clock, 1, () => Promise.resolve('x'))).toEqualTypeOf<Deferred<string>>();
    // @ts-expect-error the argument is missing
    deferLater(clock, 1, (a: string) => a).addErrback(() => undefined);
    expect(clock.getDelayedCalls()).to.have.lengthOf(4);
  });
});
