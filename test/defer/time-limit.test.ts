import { expect } from 'chai';
import { CancelledError, Deferred, succeed, TimeoutError } from '../../src/defer/index.js';
import { Clock } from '../../src/time/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, isDone, resultOf } from './results.js';

const boom = new Error('boom');

/** Stands for a custom `onTimeoutCancel`; notes that it was called. */
function overriding(): { convert: () => string; calls: () => number } {
  let calls = 0;
  return {
    convert: () => {
      calls += 1;
      return 'OVERRIDDEN';
    },
    calls: () => calls,
  };
}

describe('Deferred.addTimeout()', () => {
  expectNoUnhandledErrors();
  let clock = new Clock();
  beforeEach(() => {
    clock = new Clock();
  });

  // Twisted: DeferredAddTimeoutTests.test_timeoutChainable
  it('returns the same Deferred', () => {
    const deferred = new Deferred<number>();
    expect(deferred.addTimeout(10, clock)).to.equal(deferred);
    deferred.callback(1);
  });

  // Twisted: DeferredAddTimeoutTests.test_successResultBeforeTimeout,
  // DeferredAddTimeoutTests.test_successResultBeforeTimeoutCustom
  it('delivers a result that comes in time, and later cancels nothing', () => {
    const custom = overriding();
    for (const onTimeoutCancel of [undefined, custom.convert]) {
      const deferred = new Deferred<string>();
      const inner = new Deferred<string>();
      const limited = deferred.addTimeout(10, clock, onTimeoutCancel);
      deferred.callback('in time');
      expect(resultOf(limited)).to.equal('in time');
      limited.addCallback(() => inner);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      clock.advance(15);
      expect(isDone(limited)).to.equal(false);
      inner.callback('later');
      expect(resultOf(limited)).to.equal('later');
    }
    expect(custom.calls()).to.equal(0);
  });

  // Twisted: DeferredAddTimeoutTests.test_failureBeforeTimeout,
  // DeferredAddTimeoutTests.test_failureBeforeTimeoutCustom
  it('delivers a failure that comes in time, and later cancels nothing', () => {
    const custom = overriding();
    for (const onTimeoutCancel of [undefined, custom.convert]) {
      const deferred = new Deferred<string>();
      const inner = new Deferred<string>();
      const limited = deferred.addTimeout(10, clock, onTimeoutCancel);
      deferred.errback(boom);
      expect(errorOf(limited)).to.equal(boom);
      limited.addCallback(() => inner);
      clock.advance(15);
      expect(inner.called).to.equal(false);
    }
    expect(custom.calls()).to.equal(0);
  });

  // Twisted: DeferredAddTimeoutTests.test_timedOut
  it('fails with TimeoutError when the time is up', () => {
    const deferred = new Deferred<string>().addTimeout(10, clock);
    clock.advance(9.75);
    expect(isDone(deferred)).to.equal(false);
    clock.advance(0.25);
    const failure = failureOf(deferred);
    expect(failure.value).to.be.instanceOf(TimeoutError).with.property('cause').instanceOf(CancelledError);
    expect(failure.getErrorMessage()).to.equal('Deferred timed out after 10 s');
  });

  // Twisted: DeferredAddTimeoutTests.test_timedOutCustom
  it('takes what `onTimeoutCancel` makes of the cancellation instead', () => {
    const seen: unknown[] = [];
    const deferred = new Deferred<string>().addTimeout(10, clock, (result, timeout) => {
      seen.push(result, timeout);
      return 'OVERRIDDEN';
    });
    clock.advance(10);
    expect(resultOf(deferred)).to.equal('OVERRIDDEN');
    expect(seen[0]).to.have.property('value').instanceOf(CancelledError);
    expect(seen[1]).to.equal(10);
  });

  // Twisted: DeferredAddTimeoutTests.test_timedOutProvidedCancelSuccess,
  // DeferredAddTimeoutTests.test_callbackAddedToCancelerBeforeTimeout
  it('keeps the result that the canceller fires with', () => {
    const seen: string[] = [];
    const deferred = new Deferred<string>((given) => given.callback('success'))
      .addCallback((result) => {
        seen.push(result);
        return result;
      })
      .addTimeout(10, clock);
    clock.advance(10);
    expect(seen).to.deep.equal(['success']);
    expect(resultOf(deferred)).to.equal('success');
  });

  // Twisted: DeferredAddTimeoutTests.test_callbackAddedToCancelerBeforeTimeoutCustom
  it('asks `onTimeoutCancel` even if the canceller fired with a result', () => {
    const seen: string[] = [];
    const deferred = new Deferred<string>((given) => given.callback('success'))
      .addCallback((result) => void seen.push(result))
      .addTimeout(10, clock, overriding().convert);
    clock.advance(10);
    expect(seen).to.deep.equal(['success']);
    expect(resultOf<unknown>(deferred)).to.equal('OVERRIDDEN');
  });

  // Twisted: DeferredAddTimeoutTests.test_timedOutProvidedCancelFailure
  it('keeps the failure that the canceller fires with', () => {
    const deferred = new Deferred<string>((given) => given.errback(boom)).addTimeout(10, clock);
    clock.advance(10);
    expect(errorOf(deferred)).to.equal(boom);
  });

  // Twisted: DeferredAddTimeoutTests.test_providedCancelCalledBeforeTimeoutCustom
  it('asks `onTimeoutCancel` even if the canceller failed with another error', () => {
    const deferred = new Deferred<string>((given) => given.errback(boom)).addTimeout(
      10,
      clock,
      overriding().convert,
    );
    clock.advance(10);
    expect(resultOf(deferred)).to.equal('OVERRIDDEN');
  });

  // Twisted: DeferredAddTimeoutTests.test_errbackAddedBeforeTimeoutSuppressesCancellationCustom
  it('asks `onTimeoutCancel` even if an errback had the cancellation already', () => {
    const seen: unknown[] = [];
    const deferred = new Deferred<string>()
      .addErrback((failure) => void seen.push(failure.value))
      .addTimeout(10, clock, overriding().convert);
    clock.advance(10);
    expect(seen[0]).to.be.instanceOf(CancelledError);
    expect(resultOf<unknown>(deferred)).to.equal('OVERRIDDEN');
  });

  it('has nothing to convert if an errback had the cancellation already', () => {
    const deferred = new Deferred<string>().addErrback(() => 'mended').addTimeout(10, clock);
    clock.advance(10);
    expect(resultOf(deferred)).to.equal('mended');
  });

  // Twisted: DeferredAddTimeoutTests.test_cancelBeforeTimeoutCustom
  it('leaves a cancellation by hand as it is, and removes the timer', () => {
    const custom = overriding();
    for (const onTimeoutCancel of [undefined, custom.convert]) {
      const deferred = new Deferred<string>();
      const inner = new Deferred<string>();
      const limited = deferred.addTimeout(10, clock, onTimeoutCancel);
      deferred.cancel();
      expect(errorOf(limited)).to.be.instanceOf(CancelledError);
      limited.addCallback(() => inner);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      clock.advance(15);
      expect(inner.called).to.equal(false);
    }
    expect(custom.calls()).to.equal(0);
  });

  it('covers the time that an earlier step waits for an inner Deferred, which it cancels', () => {
    const inner = new Deferred<number>();
    const outer = succeed(0)
      .addCallback(() => inner)
      .addTimeout(10, clock);
    clock.advance(10);
    expect(errorOf(outer)).to.be.instanceOf(TimeoutError);
    expect(inner.called).to.equal(true);
  });

  it('sets no timer for good on a Deferred that has its result', () => {
    expect(resultOf(succeed(1).addTimeout(10, clock))).to.equal(1);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('refuses a time that is negative or no number, and adds nothing', () => {
    const deferred = new Deferred<number>();
    const lenient = { callLater: () => expect.fail('the clock must not be asked') };
    for (const timeout of [-1, NaN]) {
      expect(() => deferred.addTimeout(timeout, lenient)).to.throw(RangeError, `not ${timeout}`);
    }
    deferred.callback(1);
    expect(resultOf(deferred)).to.equal(1);
  });
});
