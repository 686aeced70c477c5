import { expect } from 'chai';
import {
  CancelledError,
  Deferred,
  DeferredList,
  fail,
  FirstError,
  flushUnhandledErrors,
  setUnhandledErrorReporter,
  succeed,
} from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, isDone, resultOf } from './results.js';

const boom = new Error('boom');

describe('DeferredList', () => {
  expectNoUnhandledErrors();

  it('fires with an outcome for each, in the order of the list, when the last has ended', () => {
    const first = new Deferred<number>();
    const second = new Deferred<number>();
    const third = new Deferred<number>();
    const list = new DeferredList([first, second, third], { consumeErrors: true });
    third.callback(3);
    second.errback(boom);
    expect(isDone(list)).to.equal(false);
    first.callback(1);
    const [one, two, three] = resultOf(list);
    expect(one).to.deep.equal([true, 1]);
    expect(two?.[0]).to.equal(false);
    expect(two?.[1]).to.have.property('value', boom);
    expect(three).to.deep.equal([true, 3]);
  });

  // Twisted: DeferredTests.testDeferredListWithAlreadyFiredDeferreds
  it('of fired Deferreds fires at once', () => {
    const list = new DeferredList([succeed(1), fail<number>(boom)], { consumeErrors: true });
    expect(resultOf(list).map(([success]) => success)).to.deep.equal([true, false]);
  });

  // Twisted: DeferredTests.testEmptyDeferredList. Overridden: with fireOnOneCallback upstream's never fires.
  it('without any Deferred fires at once with [], and fails at once if it was to fire on the first', () => {
    expect(resultOf(new DeferredList([]))).to.deep.equal([]);
    expect(resultOf(new DeferredList([], { fireOnOneErrback: true }))).to.deep.equal([]);
    expect(errorOf(new DeferredList([], { fireOnOneCallback: true })))
      .to.be.instanceOf(RangeError)
      .with.property('message', 'An empty DeferredList has no first callback to fire on');
  });

  it('leaves the results in place for steps that are added later', () => {
    const deferred = succeed(1);
    expect(isDone(new DeferredList([deferred]))).to.equal(true);
    expect(resultOf(deferred)).to.equal(1);
  });

  it('with fireOnOneCallback fires with the first result and its index', () => {
    const first = new Deferred<string>();
    const second = new Deferred<string>();
    const list = new DeferredList([first, second], { fireOnOneCallback: true });
    second.callback('b');
    expect(resultOf(list)).to.deep.equal(['b', 1]);
    first.callback('a');
    expect(resultOf(list)).to.deep.equal(['b', 1]);
  });

  it('with fireOnOneCallback and nothing but failures fires with the outcomes', () => {
    const list = new DeferredList([fail<string>(boom)], { fireOnOneCallback: true, consumeErrors: true });
    expect(resultOf(list)).to.have.lengthOf(1);
    expect(resultOf(list)[0]).to.have.property('0', false);
  });

  // Twisted: DeferredTests.testDeferredListFireOnOneError
  it('with fireOnOneErrback fails with the first failure and its index', () => {
    const deferreds = [new Deferred<number>(), new Deferred<number>(), new Deferred<number>()];
    const list = new DeferredList(deferreds, { fireOnOneErrback: true, consumeErrors: true });
    const handled: unknown[] = [];
    list.addErrback((failure) => void handled.push(failure.value));
    deferreds[0]!.callback(0);
    deferreds[1]!.errback(boom);
    deferreds[2]!.errback(new Error('second'));
    expect(handled).to.have.lengthOf(1);
    expect(handled[0]).to.be.instanceOf(FirstError).with.property('index', 1);
    expect(handled[0]).to.have.nested.property('subFailure.value', boom);
    expect(handled[0]).to.have.property('cause', boom);
  });

  // Twisted: DeferredTests.testDeferredListFireOnOneErrorWithAlreadyFiredDeferreds
  it('with fireOnOneErrback fails at once if one has failed already', () => {
    const list = new DeferredList([new Deferred<number>(), fail<number>(boom)], {
      fireOnOneErrback: true,
      consumeErrors: true,
    });
    expect(errorOf(list)).to.be.instanceOf(FirstError).with.property('index', 1);
  });

  // Twisted: DeferredTests.testDeferredListDontConsumeErrors
  it('leaves failures to their Deferreds', () => {
    const deferred = new Deferred<number>();
    const list = new DeferredList([deferred]);
    deferred.errback(boom);
    expect(errorOf(deferred)).to.equal(boom);
    expect(resultOf(list)[0]?.[1]).to.have.property('value', boom);
  });

  // Twisted: DeferredTests.testDeferredListConsumeErrors
  it('with consumeErrors turns them into undefined', () => {
    const deferred = new Deferred<number>();
    const list = new DeferredList([deferred], { consumeErrors: true });
    deferred.errback(boom);
    expect(resultOf<unknown>(deferred)).to.equal(undefined);
    expect(resultOf(list)[0]?.[1]).to.have.property('value', boom);
    expect(flushUnhandledErrors()).to.deep.equal([]);
  });

  describe('cancel()', () => {
    // Twisted: DeferredTests.test_cancelDeferredListCallback
    it('cancels every Deferred, and the list fires with what becomes of them', () => {
      const answering = new Deferred<string>((given) => given.callback('Callback Result'));
      const silent = new Deferred<string>();
      const list = new DeferredList([answering, silent], { consumeErrors: true });
      list.cancel();
      const [first, second] = resultOf(list);
      expect(first).to.deep.equal([true, 'Callback Result']);
      expect(second?.[0]).to.equal(false);
      expect(second?.[1]).to.have.property('value').instanceOf(CancelledError);
    });

    // Twisted: DeferredTests.test_cancelDeferredListWithFireOnOneCallback,
    // DeferredTests.test_cancelDeferredListWithFireOnOneCallbackAndDeferredCallback
    it('cancels every Deferred of a fireOnOneCallback list, which takes a result if there is one', () => {
      const silent = new Deferred<string>();
      const answering = new Deferred<string>((given) => given.callback('Callback Result'));
      const list = new DeferredList([answering, silent], { fireOnOneCallback: true });
      list.cancel();
      expect(resultOf(list)).to.deep.equal(['Callback Result', 0]);
      expect(errorOf(silent)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredTests.test_cancelDeferredListWithFireOnOneErrback
    it('fails a fireOnOneErrback list with FirstError around CancelledError', () => {
      const deferreds = [new Deferred<string>(), new Deferred<string>()];
      const list = new DeferredList(deferreds, { fireOnOneErrback: true });
      list.cancel();
      const failure = failureOf(list);
      expect(failure.value).to.be.instanceOf(FirstError);
      expect((failure.value as FirstError).subFailure.value).to.be.instanceOf(CancelledError);
      for (const deferred of deferreds) expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    // Twisted: DeferredTests.test_cancelDeferredListWithFireOnOneErrbackAllDeferredsCallback
    it('fires a fireOnOneErrback list with results if all cancellers call back', () => {
      const answering = (): Deferred<string> => new Deferred((given) => given.callback('result'));
      const list = new DeferredList([answering(), answering()], { fireOnOneErrback: true });
      list.cancel();
      expect(resultOf(list)).to.deep.equal([
        [true, 'result'],
        [true, 'result'],
      ]);
    });

    // Twisted: DeferredTests.test_cancelDeferredListWithOriginalDeferreds
    it('is for the Deferreds that were passed in, not for what is in the array by then', () => {
      const first = new Deferred<string>();
      const appended = new Deferred<string>();
      const array = [first];
      const list = new DeferredList(array, { consumeErrors: true });
      array.push(appended);
      list.cancel();
      expect(isDone(list)).to.equal(true);
      expect(first.called).to.equal(true);
      expect(appended.called).to.equal(false);
    });

    it('goes to all even if a canceller throws, which is reported', () => {
      const reported: unknown[] = [];
      const reporterBefore = setUnhandledErrorReporter((failure) => void reported.push(failure.value));
      try {
        const throwing = new Deferred<string>((given) => {
          given.callback('fired');
          throw boom;
        });
        const second = new Deferred<string>();
        const list = new DeferredList([throwing, second], { consumeErrors: true });
        list.cancel();
        expect(resultOf(list).map(([success]) => success)).to.deep.equal([true, false]);
        expect(reported).to.deep.equal([boom]);
      } finally {
        setUnhandledErrorReporter(reporterBefore);
      }
    });

    it('of a list that has fired goes to what its chain waits for, not to its Deferreds', () => {
      const late = new Deferred<string>();
      const inner = new Deferred<string>();
      const list = new DeferredList([late, succeed('x')], { fireOnOneCallback: true });
      const chain = list.addCallback(() => inner);
      list.cancel();
      expect(late.called).to.equal(false);
      expect(errorOf(chain)).to.be.instanceOf(CancelledError);
      expect(inner.called).to.equal(true);
    });
  });
});
