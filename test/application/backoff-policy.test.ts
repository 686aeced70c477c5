import { expect } from 'chai';
import { backoffPolicy } from '../../src/application/index.js';

const jitter = (): number => 1;

describe('backoffPolicy', () => {
  // Twisted: BackoffPolicyTests.test_calculates_correct_values
  it('multiplies the delay with each failure, up to the largest one, and adds the jitter', () => {
    const policy = backoffPolicy({ initialDelay: 1, maxDelay: 60, factor: 1.5, jitter });
    expect([0, 1, 10, 20, 100].map(policy)).to.deep.equal([2, 2.5, 58.6650390625, 61, 61]);
  });

  // Twisted: BackoffPolicyTests.test_does_not_overflow_on_high_attempts, BackoffPolicyTests.test_does_not_overflow_with_large_factor_value
  it('does not overflow', () => {
    expect([1751, 1_000_000].map(backoffPolicy({ jitter }))).to.deep.equal([61, 61]);
    expect(backoffPolicy({ factor: 1e10, jitter })(1751)).to.equal(61);
    expect(backoffPolicy({ initialDelay: 0, factor: 1e10, jitter })(1751)).to.equal(1);
  });

  it('has a jitter from 0 to 1 s unless it is given one', () => {
    const delays = Array.from({ length: 1000 }, () => backoffPolicy()(1));
    expect(Math.min(...delays)).to.be.within(1.5, 1.6);
    expect(Math.max(...delays)).to.be.within(2.4, 2.5);
  });

  it('takes no delay and no factor that is negative or not a number', () => {
    expect(() => backoffPolicy({ factor: -1 })).to.throw(RangeError, 'factor must be 0 or more, not -1');
    expect(() => backoffPolicy({ maxDelay: NaN })).to.throw(RangeError, 'maxDelay');
  });
});
