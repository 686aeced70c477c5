import { expect } from 'chai';
import { CancelledError, Deferred, inlineCallbacks, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

type Body = (first: Deferred<unknown>, second: Deferred<number>) => Generator<unknown, number>;

/** Ways to have `body` run: on its own, or waited for by another, as a Deferred or as a bare generator. */
const WAYS: Record<string, (body: Body) => (...args: Parameters<Body>) => Deferred<number>> = {
  'on its own': (body) => inlineCallbacks(body),
  'stacked in another inlineCallbacks function': (body) => {
    const inner = inlineCallbacks(body);
    return inlineCallbacks(function* (first, second) {
      return yield* inner(first, second);
    });
  },
  'as a generator that an inlineCallbacks function yields': (body) =>
    inlineCallbacks(function* (first, second) {
      return (yield body(first, second)) as number;
    }),
};

class Translated extends Error {}

describe('cancelling what inlineCallbacks() gave', () => {
  expectNoUnhandledErrors();

  for (const [way, run] of Object.entries(WAYS)) {
    for (const place of ['first', 'second'] as const) {
      describe(`${way}, while it waits for its ${place} Deferred`, () => {
        /** Starts `body` and lets it come to the Deferred that is `pending`. */
        function start(body: Body, pending: Deferred<number>): Deferred<number> {
          if (place === 'first') return run(body)(succeed(0), pending);
          const before = new Deferred<number>();
          const result = run(body)(before, pending);
          before.callback(0);
          return result;
        }

        const adding: Body = function* (first, second) {
          yield first;
          return (yield* second) + 1;
        };

        // Twisted: CancellationTests.test_CascadeCancellingOnCancelNotStacked,
        // CancellationTests.test_CascadeCancellingOnCancelStackedInlineCb,
        // CancellationTests.test_CascadeCancellingOnCancelStackedCoro,
        // CancellationTests.test_CascadeCancellingOnCancelStackedCoroOnSecondDeferred,
        // CancellationTests.test_ErrbackCancelledErrorOnCancelStackedInlineCb,
        // CancellationTests.test_ErrbackCancelledErrorOnCancelStackedInlineCbOnSecondDeferred,
        // CancellationTests.test_ErrbackCancelledErrorOnCancelStackedCoro,
        // CancellationTests.test_ErrbackCancelledErrorOnCancelStackedCoroOnSecondDeferred
        it('cancels that one at once, and fails with its CancelledError', () => {
          const cancelled: unknown[] = [];
          const pending = new Deferred<number>((given) => void cancelled.push(given));
          const result = start(adding, pending);
          expect(isDone(result)).to.equal(false);
          result.cancel('enough');
          expect(cancelled).to.have.lengthOf(1);
          expect(cancelled[0]).to.equal(pending);
          expect(errorOf(result)).to.be.instanceOf(CancelledError).with.property('cause', 'enough');
        });

        // Twisted: CancellationTests.test_ErrorToErrorTranslationStackedInlineCb,
        // CancellationTests.test_ErrorToErrorTranslationStackedInlineCbOnSecondDeferred
        it('fails with the error that the generator makes of the canceller’s', () => {
          const original = new Error('of the canceller');
          const pending = new Deferred<number>((given) => given.errback(original));
          const result = start(function* (first, second) {
            yield first;
            try {
              return yield* second;
            } catch (error) {
              throw new Translated('translated', { cause: error });
            }
          }, pending);
          result.cancel();
          expect(errorOf(result)).to.be.instanceOf(Translated).with.property('cause', original);
        });

        // Twisted: CancellationTests.test_ErrorToSuccessTranslation,
        // CancellationTests.test_ErrorToSuccessTranslationStackedInlineCb,
        // CancellationTests.test_ErrorToSuccessTranslationStackedInlineCbOnSecondDeferred,
        // CancellationTests.test_ErrorToSuccessTranslationStackedCoro,
        // CancellationTests.test_ErrorToSuccessTranslationStackedCoroOnSecondDeferred
        it('has the result that the generator makes of the cancellation', () => {
          const result = start(function* (first, second) {
            yield first;
            try {
              return yield* second;
            } catch (error) {
              expect(error).to.be.instanceOf(CancelledError);
              return 4320;
            }
          }, new Deferred());
          result.cancel();
          expect(resultOf(result)).to.equal(4320);
        });

        // Twisted: CancellationTests.test_AsynchronousCancellation,
        // CancellationTests.test_AsynchronousCancellationStackedInlineCb,
        // CancellationTests.test_AsynchronousCancellationStackedInlineCbOnSecondDeferred,
        // CancellationTests.test_AsynchronousCancellationStackedCoro,
        // CancellationTests.test_AsynchronousCancellationStackedCoroOnSecondDeferred
        it('has no result until the cancelled one’s own chain has come to its end', () => {
          const cleaning = new Deferred<number>();
          const pending = new Deferred<number>().addErrback((failure) => {
            failure.trap(CancelledError);
            return cleaning;
          });
          const result = start(adding, pending);
          result.cancel();
          expect(result.called).to.equal(false);
          expect(isDone(result)).to.equal(false);
          cleaning.callback(6543);
          expect(resultOf(result)).to.equal(6544);
        });
      });
    }
  }

  // Twisted: CancellationTests.test_inlineCallbacksCancelCaptured
  it('is not resolved if the generator catches that and waits on; a second time cancels what it waits for then', () => {
    let canceled = 0;
    const second = new Deferred<number>(() => void (canceled += 1));
    const stubborn = inlineCallbacks(function* () {
      try {
        yield new Deferred<number>();
      } catch (error) {
        expect(error).to.be.instanceOf(CancelledError);
      }
      return yield* second;
    })();
    stubborn.cancel();
    expect(canceled).to.equal(0);
    expect(isDone(stubborn)).to.equal(false);
    stubborn.cancel();
    expect(canceled).to.equal(1);
    expect(errorOf(stubborn)).to.be.instanceOf(CancelledError);
  });

  it('by the generator itself does nothing: it waits for nothing at that moment', () => {
    const start = new Deferred<void>();
    const result: Deferred<string> = inlineCallbacks(function* () {
      yield start;
      result.cancel();
      return 'to the end';
    })();
    start.callback();
    expect(resultOf(result)).to.equal('to the end');
  });

  it('lets go of a promise that it waits for', () => {
    const result = inlineCallbacks(function* () {
      yield new Promise(() => {});
    })();
    result.cancel();
    expect(errorOf(result)).to.be.instanceOf(CancelledError);
  });

  it('does nothing to what has ended, and runs `finally` blocks', () => {
    const seen: string[] = [];
    const pending = new Deferred<void>();
    const result = inlineCallbacks(function* () {
      try {
        yield pending;
      } finally {
        seen.push('finally');
      }
    })();
    result.cancel();
    expect(seen).to.deep.equal(['finally']);
    result.cancel();
    expect(errorOf(result)).to.be.instanceOf(CancelledError);
  });
});
