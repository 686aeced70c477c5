import { expect } from 'chai';
import { countPrimes, isPrime } from '../../../examples/ported/longex.js';
import { computed, factorial, primesBelow } from '../../../examples/ported/longex2.js';
import { CancelledError, Clock, Cooperator } from '../../../src/index.js';
import { assertNoResult, failureResultOf, successResultOf } from '../../../src/testing/index.js';
import { RunningProgram } from './running-program.js';

describe('examples/ported/longex.ts', () => {
  it('counts primes piece by piece', () => {
    const clock = new Clock();
    let pieces = 0;
    const counted = countPrimes(
      {
        callLater: (seconds, f, ...args) => {
          pieces += 1;
          return clock.callLater(seconds, f, ...args);
        },
      },
      10_000,
    );
    assertNoResult(counted);
    clock.advance(0);
    expect([successResultOf(counted), pieces]).to.deep.equal([1229, 5]);
  });

  it('finds none where there are none', () => {
    expect([0, 1, 2, 3, 4, 9, 25, 97].filter(isPrime)).to.deep.equal([2, 3, 97]);
    const clock = new Clock();
    const counted = countPrimes(clock, 0);
    clock.advance(0);
    expect(successResultOf(counted)).to.equal(0);
  });

  it('stops when it is cancelled', () => {
    const clock = new Clock();
    const counted = countPrimes(clock, 1e12);
    counted.cancel();
    expect(failureResultOf(counted).value).to.be.instanceOf(CancelledError);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});

describe('examples/ported/longex2.ts', () => {
  it('shares the time between two computations', () => {
    const clock = new Clock();
    const cooperator = new Cooperator({
      scheduler: (tick) => clock.callLater(1, tick),
      terminationPredicateFactory: () => () => true,
    });
    const take = (steps: Iterator<void>) => cooperator.cooperate(steps);
    const long = computed(primesBelow(2000), take);
    const short = computed(factorial(5), take);
    let steps = 0;
    while (!short.called) {
      clock.advance(1);
      steps += 1;
    }
    expect(successResultOf(short)).to.equal(120n);
    assertNoResult(long);
    // One step of the one, one of the other, and so on: four for 5!, and one to find that this was all.
    expect(steps).to.be.within(9, 10);
    while (!long.called) clock.advance(1);
    expect(successResultOf(long)).to.equal(303);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});

describe('The programs of examples/ported that print and end', () => {
  it('print what they should', async () => {
    await using programs = RunningProgram.typescript(
      'test/examples/ported/programs-in-turn.ts',
      'longex.ts 1000000',
      'longex2.ts 100000 100',
      'howto/deferred-chains.ts',
      'howto/deferred-lists.ts',
      'howto/inline-callbacks.ts',
      'howto/cancelling.ts',
    );
    expect([await programs.ended(), programs.complaints]).to.deep.equal([0, '']);
    const parts = programs.output.split(/^== .*\n/m).slice(1);
    const [longex, ...others] = parts.map((part) => part.trimEnd().split('\n'));
    const [, ticks] = /^78498 primes below 1000000, and the clock ticked (\d+) times$/.exec(longex![0]!)!;
    expect(Number(ticks)).to.be.greaterThan(2);
    expect(others).to.deep.equal([
      ['the factorial of 100 has 158 digits', 'there are 9592 primes below 100000'],
      [
        'the result is 6',
        'failed: 3 is odd',
        'goes on with 0',
        'failed: 12 is too much',
        'the errback after it does',
        'tripled twice: 72',
        'cleaned up',
        'failed: 5 is odd',
      ],
      [
        'result: and the first comes last',
        'failure: the second fails',
        'result: the last comes first',
        'first: ["the last comes first",2]',
        'number 1: the second fails',
        'hahaha',
      ],
      ['left out: there is no coal', 'together 7', 'failed: there is no coal', 'at once: 3'],
      [
        'the fire is off',
        'lukewarm',
        'the fire is off',
        'too slow',
        'boiling 0',
        'the fire is off',
        'no noodles: The operation was cancelled',
      ],
    ]);
  });
});
