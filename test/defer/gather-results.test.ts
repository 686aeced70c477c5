import { expect } from 'chai';
import { CancelledError, Deferred, fail, FirstError, gatherResults, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, resultOf } from './results.js';

const boom = new Error('boom');

describe('gatherResults()', () => {
  expectNoUnhandledErrors();

  // Twisted: DeferredTests.test_gatherResults
  it('fires with all results in the list’s order', () => {
    const late = new Deferred<number>();
    const gathered = gatherResults([late, succeed('two')]);
    late.callback(1);
    expect(resultOf(gathered)).to.deep.equal([1, 'two']);
    expect(resultOf(gatherResults([]))).to.deep.equal([]);
  });

  // Twisted: DeferredTests.test_gatherResults
  it('fails once, with the first failure', () => {
    const seen: unknown[] = [];
    const first = fail<number>(boom);
    const second = new Deferred<number>();
    gatherResults([first, second]).addErrback((failure) => void seen.push(failure.value));
    second.errback(new Error('second'));
    expect(seen).to.have.lengthOf(1);
    expect(seen[0]).to.be.instanceOf(FirstError).with.nested.property('subFailure.value', boom);
    expect(errorOf(first)).to.equal(boom);
    expect(errorOf(second)).to.have.property('message', 'second');
  });

  // Twisted: DeferredTests.test_gatherResultsWithConsumeErrors
  it('with consumeErrors leaves no failure in the Deferreds', () => {
    const failed = fail<number>(boom);
    expect(errorOf(gatherResults([failed], { consumeErrors: true }))).to.be.instanceOf(FirstError);
    expect(resultOf<unknown>(failed)).to.equal(undefined);
  });

  it('cancelled, cancels all', () => {
    const deferreds = [new Deferred<number>(), new Deferred<number>()];
    const gathered = gatherResults(deferreds, { consumeErrors: true });
    gathered.cancel();
    expect((failureOf(gathered).value as FirstError).subFailure.value).to.be.instanceOf(CancelledError);
    expect(deferreds.map((deferred) => deferred.called)).to.deep.equal([true, true]);
  });

  // Twisted: DeferredTests.test_cancelGatherResultsWithAllDeferredsCallback
  it('cancelled, fires with the results that all the cancellers give', () => {
    const answering = (result: string): Deferred<string> => new Deferred((given) => given.callback(result));
    const gathered = gatherResults([answering('a'), answering('b')]);
    gathered.cancel();
    expect(resultOf(gathered)).to.deep.equal(['a', 'b']);
  });
});
