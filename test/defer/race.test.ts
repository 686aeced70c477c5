import { expect } from 'chai';
import { CancelledError, Deferred, fail, FailureGroup, race, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, resultOf } from './results.js';

const boom = new Error('boom');

describe('race()', () => {
  expectNoUnhandledErrors();

  // Twisted: RaceTests.test_resultAfterCancel
  it('fires with index and result of the first, and cancels the others, whose results are dropped', () => {
    const slow = new Deferred<string>();
    const fast = new Deferred<string>();
    const winner = race([slow, fast]);
    fast.callback('fast');
    expect(resultOf(winner)).to.deep.equal([1, 'fast']);
    expect(slow.called).to.equal(true);
    slow.callback('slow');
    expect(resultOf<unknown>(slow)).to.equal(undefined);
  });

  // Twisted: RaceTests.test_resultFromCancel
  it('keeps the winner’s result if a canceller calls back', () => {
    const answering = new Deferred<string>((given) => given.callback('too late'));
    expect(resultOf(race([answering, succeed('first')]))).to.deep.equal([1, 'first']);
  });

  it('goes on after a failure', () => {
    const second = new Deferred<string>();
    const winner = race([fail<string>(boom), second]);
    expect(second.called).to.equal(false);
    second.callback('good');
    expect(resultOf(winner)).to.deep.equal([1, 'good']);
  });

  // Twisted: RaceTests.test_failure
  it('fails with all failures, in the order in which they came, if there is no result', () => {
    const uncalled = (): void => expect.fail('nothing is cancelled when one fails');
    const first = new Deferred<string>(uncalled);
    const second = new Deferred<string>(uncalled);
    const nobody = race([first, second]);
    const later = new Error('later');
    second.errback(boom);
    first.errback(later);
    const error = errorOf(nobody);
    expect(error).to.be.instanceOf(FailureGroup).and.to.be.instanceOf(AggregateError);
    expect((error as FailureGroup).failures.map((failure) => failure.value)).to.deep.equal([boom, later]);
    expect((error as FailureGroup).errors).to.deep.equal([boom, later]);
  });

  // Twisted: RaceTests.test_cancel
  it('cancelled, cancels all, and fails with their failures', () => {
    const nobody = race([new Deferred<string>(), new Deferred<string>()]);
    nobody.cancel();
    const { failures } = errorOf(nobody) as FailureGroup;
    expect(failures.map((failure) => failure.check(CancelledError))).to.deep.equal([
      CancelledError,
      CancelledError,
    ]);
  });

  // Upstream's waits forever.
  it('without any Deferred fails at once', () => {
    expect(errorOf(race([])))
      .to.be.instanceOf(RangeError)
      .with.property('message', 'race() needs at least one Deferred');
  });
});
