import { AssertionError } from 'node:assert/strict';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import { Deferred, Failure, fail, flushUnhandledErrors, succeed } from '../../src/defer/index.js';
import { assertNoResult, failureResultOf, successResultOf } from '../../src/testing/index.js';

describe('Looking at a Deferred', () => {
  beforeEach(() => {
    flushUnhandledErrors();
  });

  afterEach(() => {
    expect(flushUnhandledErrors()).to.deep.equal([]);
  });

  it('`successResultOf()` gives its result, typed, and leaves it there', () => {
    const deferred = succeed(3);
    expectTypeOf(successResultOf(deferred)).toEqualTypeOf<number>();
    expect(successResultOf(deferred)).to.equal(3);
    expect(successResultOf(deferred.addCallback((n) => n + 1))).to.equal(4);
  });

  it('`successResultOf()` throws if there is no result yet, and doesn’t disturb it', () => {
    const deferred = new Deferred<string>();
    expect(() => successResultOf(deferred)).to.throw(
      AssertionError,
      'Should have a result: Deferred(pending)',
    );
    deferred.callback('there');
    expect(successResultOf(deferred)).to.equal('there');
  });

  it('`successResultOf()` throws if it has failed, with the error as cause', () => {
    const oops = new RangeError('oops');
    const deferred = fail(oops);
    expect(() => successResultOf(deferred))
      .to.throw(AssertionError, /has failed: Traceback: RangeError: oops/)
      .with.property('cause', oops);
  });

  it('`failureResultOf()` gives its failure, of one of these classes, which counts as handled', () => {
    const oops = new RangeError('oops');
    const failure = failureResultOf(fail(oops));
    expect(failure).to.be.instanceOf(Failure);
    expect(failure.value).to.equal(oops);
    expect(failureResultOf(fail(oops), TypeError, RangeError).value).to.equal(oops);
  });

  it('`failureResultOf()` throws for another class, a result, or nothing', () => {
    expect(() => failureResultOf(fail(new RangeError('oops')), TypeError, SyntaxError)).to.throw(
      AssertionError,
      /Should have failed with TypeError or SyntaxError: Traceback: RangeError: oops/,
    );
    expect(() => failureResultOf(succeed(1))).to.throw(AssertionError, 'Should have failed: Deferred(');
    expect(() => failureResultOf(new Deferred<void>())).to.throw(AssertionError, 'pending');
  });

  it('`assertNoResult()` throws if there is one, of either kind', () => {
    const deferred = new Deferred<number>();
    assertNoResult(deferred);
    deferred.callback(1);
    expect(() => assertNoResult(deferred)).to.throw(AssertionError, 'Should have no result yet');
    expect(successResultOf(deferred)).to.equal(1);
    expect(() => assertNoResult(fail(new Error('oops')))).to.throw(AssertionError, 'oops');
  });

  it('a chain that waits for another Deferred has no result', () => {
    const inner = new Deferred<string>();
    const outer = succeed(1).addCallback(() => inner);
    assertNoResult(outer);
    inner.callback('now');
    expect(successResultOf(outer)).to.equal('now');
  });
});
