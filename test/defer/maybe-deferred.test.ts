import { expect } from 'chai';
import {
  Deferred,
  ensureDeferred,
  execute,
  fail,
  Failure,
  maybeDeferred,
  succeed,
} from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

const boom = new Error('boom');

describe('maybeDeferred()', () => {
  expectNoUnhandledErrors();

  // Twisted: DeferredTests.test_maybeDeferredSync
  it('has the very object that the function returns', () => {
    const result = { some: 'thing' };
    expect(resultOf(maybeDeferred(() => result))).to.equal(result);
    expect(resultOf<unknown>(maybeDeferred(() => null))).to.equal(null);
  });

  it('passes arguments on', () => {
    expect(resultOf(maybeDeferred((a: number, b: string) => `${a}${b}`, 1, 'x'))).to.equal('1x');
  });

  // Twisted: DeferredTests.test_maybeDeferredSyncException
  it('fails with what the function throws, or with the Failure it returns', () => {
    const thrown = maybeDeferred(() => {
      throw boom;
    });
    expect(errorOf(thrown)).to.equal(boom);
    expect(errorOf(maybeDeferred(() => new Failure(boom)))).to.equal(boom);
  });

  // Twisted: DeferredTests.test_maybeDeferredAsync, test_maybeDeferredAsyncError
  it('passes a returned Deferred through', () => {
    const deferred = new Deferred<number>();
    expect(maybeDeferred(() => deferred)).to.equal(deferred);
    const failed = fail(boom);
    expect(errorOf(maybeDeferred(() => failed))).to.equal(boom);
  });

  // Twisted: DeferredTests.test_maybeDeferredCoroutineSuccess, test_maybeDeferredCoroutineSuccessIndirect,
  // test_maybeDeferredCoroutineFailure
  it('waits for a returned promise', async () => {
    const deferred = maybeDeferred(async () => Promise.resolve(7));
    expect(isDone(deferred)).to.equal(false);
    expect(await deferred).to.equal(7);
    const failed = maybeDeferred(() => Promise.reject(boom)).addErrback((failure) => failure.value);
    expect(await failed).to.equal(boom);
  });
});

describe('execute()', () => {
  expectNoUnhandledErrors();

  it('has the result or the error of the function', () => {
    expect(resultOf(execute((n: number) => n + 1, 1))).to.equal(2);
    const thrown = execute(() => {
      throw boom;
    });
    expect(errorOf(thrown)).to.equal(boom);
  });
});

describe('ensureDeferred()', () => {
  expectNoUnhandledErrors();

  // Twisted: EnsureDeferredTests.test_passesThroughDeferreds
  it('gives a Deferred back', () => {
    const deferred = succeed(1);
    expect(ensureDeferred(deferred)).to.equal(deferred);
  });

  // Twisted: EnsureDeferredTests.test_ensureDeferredCoroutine
  it('makes a Deferred of a promise', async () => {
    const deferred = ensureDeferred(Promise.resolve(1));
    expect(deferred).to.be.instanceOf(Deferred);
    expect(await deferred).to.equal(1);
  });
});
