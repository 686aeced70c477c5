import { expect } from 'chai';
import {
  CancelledError,
  Deferred,
  ensureDeferred,
  fail,
  NotACoroutineError,
  succeed,
} from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

const boom = new Error('boom');

/** Lets all promise reactions run that are due. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

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

  // Twisted: EnsureDeferredTests.test_willNotAllowNonDeferredOrCoroutine
  // Twisted: DeferredTests.test_fromCoroutineRequiresCoroutine
  it('refuses anything else', () => {
    for (const wrong of [5, undefined, null, {}, [], (async function* () {})()]) {
      expect(() => ensureDeferred(wrong as Promise<void>)).to.throw(NotACoroutineError);
    }
    expect(new NotACoroutineError()).to.be.instanceOf(TypeError);
  });

  describe('of a generator', () => {
    // Twisted: EnsureDeferredTests.test_ensureDeferredGenerator, YieldFromTests.test_ensureDeferred
    it('has its result at once if nothing has to be waited for', () => {
      function* adding(): Generator<Deferred<string>, string> {
        return `${yield* succeed('foo')}!`;
      }
      expect(resultOf(ensureDeferred(adding()))).to.equal('foo!');
    });

    // Twisted: YieldFromTests.test_DeferredfromCoroutine
    it('that waits for another one has its result at once, too', () => {
      function* inner(): Generator<unknown, string> {
        return yield* succeed('foo');
      }
      function* outer(): Generator<unknown, string> {
        expect(yield inner()).to.equal('foo');
        return yield* inner();
      }
      expect(resultOf(ensureDeferred(outer()))).to.equal('foo');
    });

    // Twisted: YieldFromTests.test_basic
    it('waits for a Deferred', () => {
      const later = new Deferred<string>();
      const waiting = ensureDeferred(
        (function* () {
          return yield* later;
        })(),
      );
      expect(isDone(waiting)).to.equal(false);
      later.callback('foo');
      expect(resultOf(waiting)).to.equal('foo');
    });

    // Twisted: YieldFromTests.test_exception, DeferredGeneratorTests.testProducesException
    it('fails with what it throws', () => {
      const failing = ensureDeferred(
        (function* (): Generator<unknown, string> {
          yield 0;
          throw boom;
        })(),
      );
      expect(errorOf(failing)).to.equal(boom);
    });

    // Twisted: YieldFromTests.test_twoDeep
    it('goes on where it stopped, two deep, each time a Deferred fires', () => {
      const [first, second] = [new Deferred<void>(), new Deferred<void>()];
      const seen: number[] = [];
      function* inner(): Generator<unknown, void> {
        seen.push(2);
        yield first;
        seen.push(3);
        yield second;
        seen.push(4);
      }
      function* outer(): Generator<unknown, void> {
        seen.push(1);
        yield* inner();
        seen.push(5);
      }
      const done = ensureDeferred(outer());
      expect(seen).to.deep.equal([1, 2]);
      first.callback();
      expect(seen).to.deep.equal([1, 2, 3]);
      second.callback();
      expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
      expect(isDone(done)).to.equal(true);
    });

    // Twisted: YieldFromTests.test_reraise
    it('is thrown the original error of a Deferred that has failed already', () => {
      const reraising = ensureDeferred(
        (function* () {
          try {
            yield* fail(boom);
          } catch (error) {
            return error;
          }
          return 'nothing';
        })(),
      );
      expect(resultOf<unknown>(reraising)).to.equal(boom);
    });

    // Twisted: YieldFromTests.test_chained
    it('gets the final value of a chain that waits', () => {
      const inner = new Deferred<string>();
      const chained = succeed('hi').addCallback(() => inner);
      const waiting = ensureDeferred(
        (function* () {
          return yield* chained;
        })(),
      );
      inner.callback('bye');
      expect(resultOf(waiting)).to.equal('bye');
    });

    // Twisted: DeferredGeneratorTests.testHandledTerminalFailure,
    // DeferredGeneratorTests.testHandledTerminalAsyncFailure
    it('that catches a failure does not fail, whether it was there or comes later', () => {
      function* catching(deferred: Deferred<never>): Generator<unknown, string> {
        try {
          yield deferred;
        } catch (error) {
          expect(error).to.equal(boom);
        }
        return 'mended';
      }
      const later = new Deferred<never>();
      const [now, then] = [ensureDeferred(catching(fail(boom))), ensureDeferred(catching(later))];
      later.errback(boom);
      expect([resultOf(now), resultOf(then)]).to.deep.equal(['mended', 'mended']);
    });

    // Twisted: DeferredGeneratorTests.testStackUsage2, DeferredGeneratorTests.testNothing
    it('may yield plain values without end, or nothing at all', () => {
      function* counting(to: number): Generator<unknown, void> {
        for (let i = 0; i < to; i += 1) expect(yield i).to.equal(i);
      }
      for (const to of [5000, 0]) {
        const counted: Deferred<unknown> = ensureDeferred(counting(to));
        expect(resultOf(counted)).to.equal(undefined);
      }
    });
  });

  describe('of an async function', () => {
    it('calls it, and gets its result or its error', async () => {
      expect(await ensureDeferred(async () => Promise.resolve(7))).to.equal(7);
      const failing = ensureDeferred(async () => Promise.reject<number>(boom));
      await microtasks();
      expect(errorOf(failing)).to.equal(boom);
      const throwing = ensureDeferred(() => {
        throw boom;
      });
      await microtasks();
      expect(errorOf(throwing)).to.equal(boom);
    });

    // Twisted: CancellationTests.test_CascadeCancellingOnCancelStackedCoro
    it('cancelled, aborts its signal, and fails with what the function is thrown by that', async () => {
      const calls: string[] = [];
      const inner = new Deferred<number>(() => void calls.push('canceller'));
      const call = ensureDeferred(async (signal) => (await inner.toPromise({ signal })) + 1);
      call.cancel('enough');
      expect(calls).to.deep.equal(['canceller']);
      expect(call.called).to.equal(false);
      await microtasks();
      expect(errorOf(call)).to.be.instanceOf(CancelledError);
    });

    // Twisted: CancellationTests.test_ErrorToSuccessTranslationStackedCoro
    it('cancelled, has what the function makes of it: a cancelled `await` is an error that can be caught', async () => {
      const call = ensureDeferred(async (signal) => {
        try {
          return await new Deferred<number>().toPromise({ signal });
        } catch (error) {
          expect(error).to.be.instanceOf(CancelledError).with.nested.property('cause.cause', 'enough');
          return 4320;
        }
      });
      call.cancel('enough');
      await microtasks();
      expect(resultOf(call)).to.equal(4320);
    });

    it('cancelled a second time, lets go of the function', async () => {
      const stubborn = new Deferred<number>();
      const call = ensureDeferred(async (signal) => {
        expect(signal.aborted).to.equal(false);
        return await stubborn;
      });
      call.cancel();
      expect(isDone(call)).to.equal(false);
      call.cancel();
      expect(errorOf(call)).to.be.instanceOf(CancelledError);
      stubborn.callback(1);
      await microtasks();
      expect(resultOf<unknown>(call)).to.equal(undefined);
    });

    it('that takes no signal, cancelled, lets go of it at once', () => {
      const call = ensureDeferred(async () => new Promise<never>(() => {}));
      call.cancel();
      expect(errorOf(call)).to.be.instanceOf(CancelledError);
    });
  });
});
