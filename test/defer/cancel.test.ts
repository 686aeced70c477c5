import { expect } from 'chai';
import {
  AlreadyCalledError,
  CancelledError,
  Deferred,
  Failure,
  fail,
  succeed,
} from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, resultOf } from './results.js';

const boom = new Error('boom');

describe('Deferred.cancel()', () => {
  expectNoUnhandledErrors();

  describe('without a canceller', () => {
    // Twisted: DeferredCancellerTests.test_noCanceller
    it('fails the Deferred with CancelledError', () => {
      const deferred = new Deferred();
      deferred.cancel();
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('names what it was given as the cause', () => {
      const deferred = new Deferred();
      deferred.cancel(boom);
      expect(errorOf(deferred)).to.have.property('cause', boom);
    });

    // Twisted: DeferredCancellerTests.test_raisesAfterCancelAndCallback
    it('makes one late `callback()` be ignored, and no second firing', () => {
      const deferred = new Deferred<number>();
      deferred.cancel();
      deferred.callback(1);
      expect(() => deferred.callback(2)).to.throw(AlreadyCalledError);
      expect(() => deferred.errback(boom)).to.throw(AlreadyCalledError);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredCancellerTests.test_raisesAfterCancelAndErrback
    it('makes one late `errback()` be ignored, and no second firing', () => {
      const deferred = new Deferred<number>();
      deferred.cancel();
      deferred.errback(boom);
      expect(() => deferred.callback(2)).to.throw(AlreadyCalledError);
      expect(() => deferred.errback(boom)).to.throw(AlreadyCalledError);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredCancellerTests.test_noCancellerMultipleCancelsAfterCancelAndCallback,
    // DeferredCancellerTests.test_noCancellerMultipleCancelsAfterCancelAndErrback
    it('does nothing more after the late firing', () => {
      for (const fire of ['callback', 'errback'] as const) {
        const deferred = new Deferred<unknown>();
        deferred.cancel();
        deferred[fire](boom);
        deferred.cancel();
        expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
        expect(() => deferred.callback(1)).to.throw(AlreadyCalledError);
      }
    });

    // Twisted: DeferredCancellerTests.test_noCancellerMultipleCancel
    it('does nothing the second time', () => {
      const deferred = new Deferred();
      deferred.cancel();
      deferred.cancel();
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
      deferred.cancel();
      expect(resultOf(deferred)).to.equal(undefined);
    });
  });

  describe('with a canceller', () => {
    // Twisted: DeferredCancellerTests.test_cancellerArg
    it('calls it with the Deferred', () => {
      const seen: unknown[] = [];
      const deferred = new Deferred((given) => void seen.push(given));
      deferred.cancel();
      expect(seen[0]).to.equal(deferred);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredCancellerTests.test_cancellerMultipleCancel
    it('calls it once, however often it is cancelled', () => {
      let calls = 0;
      const deferred = new Deferred(() => void (calls += 1));
      deferred.cancel();
      deferred.cancel();
      expect(calls).to.equal(1);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('calls it once even if it cancels again', () => {
      let calls = 0;
      const deferred = new Deferred<void>((given) => {
        calls += 1;
        given.cancel();
      });
      deferred.cancel();
      expect(calls).to.equal(1);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredCancellerTests.test_simpleCanceller
    it('forgives no late firing: whoever fires should have been stopped', () => {
      const deferred = new Deferred<number>(() => {});
      deferred.cancel();
      expect(() => deferred.callback(1)).to.throw(AlreadyCalledError);
      expect(() => deferred.errback(boom)).to.throw(AlreadyCalledError);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('takes the result or the failure that the canceller fires it with', () => {
      const deferred = new Deferred<string>((given) => given.callback('what there was'));
      deferred.cancel();
      expect(resultOf(deferred)).to.equal('what there was');
      const failing = new Deferred<string>((given) => given.errback(boom));
      failing.cancel();
      expect(errorOf(failing)).to.equal(boom);
    });

    it('fails with what the canceller throws', () => {
      const deferred = new Deferred<string>(() => {
        throw boom;
      });
      deferred.cancel();
      expect(errorOf(deferred)).to.equal(boom);
    });

    it('throws what the canceller throws after it has fired the Deferred', () => {
      const deferred = new Deferred<string>((given) => {
        given.callback('fired');
        throw boom;
      });
      expect(() => deferred.cancel()).to.throw(boom);
      expect(resultOf(deferred)).to.equal('fired');
    });
  });

  // Twisted: DeferredCancellerTests.test_cancelAfterCallback, DeferredCancellerTests.test_cancelAfterErrback
  it('does nothing once the Deferred has fired', () => {
    let calls = 0;
    for (const fire of ['callback', 'errback'] as const) {
      const deferred = new Deferred<unknown>(() => void (calls += 1));
      deferred[fire](boom);
      deferred.cancel();
      expect(fire === 'callback' ? resultOf(deferred) : errorOf(deferred)).to.equal(boom);
    }
    expect(calls).to.equal(0);
  });

  // Twisted: DeferredCancellerTests.test_cancelNestedDeferred
  it('cancels the inner Deferred that it waits for, not the outer one', () => {
    const calls: string[] = [];
    const inner = new Deferred<number>(() => void calls.push('inner'));
    const outer = new Deferred<number>(() => void calls.push('outer'));
    outer.addCallback(() => inner);
    outer.callback(0);
    outer.cancel();
    expect(calls).to.deep.equal(['inner']);
    expect(errorOf(outer)).to.be.instanceOf(CancelledError);
  });

  it('cancels the innermost of several, and the chain between can go on', () => {
    const innermost = new Deferred<number>();
    const middle = succeed(0)
      .addCallback(() => innermost)
      .addErrback((failure) => {
        failure.trap(CancelledError);
        return 42;
      });
    const outer = succeed(0).addCallback(() => middle);
    outer.cancel();
    expect(resultOf(outer)).to.equal(42);
  });

  it('does nothing for a chain that is paused with its result', () => {
    const deferred = succeed(1);
    deferred.pause();
    deferred.cancel();
    deferred.unpause();
    expect(resultOf(deferred)).to.equal(1);
  });

  it('from inside a running callback it does nothing', () => {
    const deferred = new Deferred<number>();
    deferred.addCallback((n) => {
      deferred.cancel();
      return n;
    });
    deferred.callback(1);
    expect(resultOf(deferred)).to.equal(1);
  });

  it('a canceller that can’t be called is refused at once', () => {
    expect(() => new Deferred('stop' as unknown as () => void)).to.throw(
      TypeError,
      "The canceller must be a function, not 'stop'",
    );
  });

  it('an errback can tell a cancellation from other failures', () => {
    const other = fail(boom).addErrback((failure) => void failure.trap(CancelledError));
    expect(errorOf(other)).to.equal(boom);
    expect(new Failure(new CancelledError()).check(CancelledError)).to.equal(CancelledError);
  });
});
