import { expect } from 'chai';
import { Deferred, execute, fail, Failure, maybeDeferred } from '../../src/defer/index.js';
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

  // Twisted: DeferredTests.test_maybeDeferredAsync, DeferredTests.test_maybeDeferredAsyncError
  it('passes a returned Deferred through', () => {
    const deferred = new Deferred<number>();
    expect(maybeDeferred(() => deferred)).to.equal(deferred);
    const failed = fail(boom);
    expect(errorOf(maybeDeferred(() => failed))).to.equal(boom);
  });

  // Twisted: DeferredTests.test_maybeDeferredCoroutineSuccess,
  // DeferredTests.test_maybeDeferredCoroutineSuccessIndirect,
  // DeferredTests.test_maybeDeferredCoroutineFailure
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
