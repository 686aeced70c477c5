import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { CancelledError, Deferred, fail, flushUnhandledErrors, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

const boom = new Error('boom');

/** What `promise` was rejected with. */
async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('a rejection was expected');
}

/** Lets all promise reactions run that are due. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a Deferred among promises', () => {
  expectNoUnhandledErrors();

  describe('await', () => {
    // Twisted: AwaitTests.test_deferredFromCoroutine, AwaitTests.test_basicEnsureDeferred
    it('gives the result, whether it is there already or comes later', async () => {
      const later = new Deferred<string>();
      const awaiting = (async () => (await succeed('fo')) + (await later))();
      later.callback('o');
      expect(await awaiting).to.equal('foo');
    });

    // Twisted: AwaitTests.test_reraise
    it('throws the original error itself', async () => {
      expect(await rejectionOf(fail(boom))).to.equal(boom);
    });

    // Twisted: AwaitTests.test_chained
    it('gives the final result of a chain that waits', async () => {
      const inner = new Deferred<string>();
      const outer = succeed('hi').addCallback(() => inner);
      const awaiting = (async () => await outer)();
      inner.callback('bye');
      expect(await awaiting).to.equal('bye');
    });

    it('leaves the result in place, so that it can be awaited again', async () => {
      const deferred = succeed(5);
      expect(await Promise.all([deferred, deferred])).to.deep.equal([5, 5]);
      expect(resultOf(deferred)).to.equal(5);
    });

    it('leaves a failure in place too, which then counts as handled', async () => {
      const deferred = fail(boom);
      expect(await rejectionOf(deferred)).to.equal(boom);
      expect(await rejectionOf(deferred)).to.equal(boom);
      expect(flushUnhandledErrors()).to.deep.equal([]);
    });

    it('does not excuse a different failure that a later step makes', async () => {
      const second = new Error('second');
      const deferred = fail(boom);
      await rejectionOf(deferred);
      deferred.addErrback(() => {
        throw second;
      });
      expect(flushUnhandledErrors().map((failure) => failure.value)).to.deep.equal([second]);
    });

    it('sees the chain as it is then, not the steps added later', async () => {
      const deferred = new Deferred<number>();
      const promise = deferred.toPromise();
      deferred.addCallback((n) => n * 100);
      deferred.callback(1);
      expect(await promise).to.equal(1);
      expect(await deferred).to.equal(100);
    });

    it('works with the ways to combine promises', async () => {
      const slow = new Deferred<string>();
      expect(await Promise.race([slow, succeed('fast')])).to.equal('fast');
      expect(await succeed(2).then((n) => n + 1)).to.equal(3);
      expect(await fail(boom).then(undefined, () => 'caught')).to.equal('caught');
    });
  });

  describe('toPromise()', () => {
    // Twisted: DeferredFutureAdapterTests.test_asFuture. Overridden: the result stays in the Deferred, since its type
    // says that it is there.
    it('is a native promise of the result', async () => {
      const deferred = new Deferred<number>();
      const promise = deferred.toPromise();
      expect(promise).to.be.instanceOf(Promise);
      deferred.callback(13);
      expect(await promise).to.equal(13);
    });

    // Twisted: DeferredFutureAdapterTests.test_asFutureFailure
    it('is rejected with the original error', async () => {
      expect(await rejectionOf(fail(boom).toPromise())).to.equal(boom);
    });

    // Twisted: DeferredFutureAdapterTests.test_asFutureCancelFuture. Overridden: what is cancelled is a signal.
    it('cancels the Deferred when its signal is aborted', async () => {
      const controller = new AbortController();
      const deferred = new Deferred<number>();
      const promise = deferred.toPromise({ signal: controller.signal });
      controller.abort(boom);
      expect(deferred.called).to.equal(true);
      expect(await rejectionOf(promise))
        .to.be.instanceOf(CancelledError)
        .with.property('cause', boom);
    });

    it('leaves nothing on its signal once there is a result', async () => {
      const { signal } = new AbortController();
      const deferred = new Deferred<number>();
      const promise = deferred.toPromise({ signal });
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(1);
      deferred.callback(1);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      expect(await promise).to.equal(1);
    });
  });

  describe('Deferred.fromPromise()', () => {
    it('gets the result of a promise', async () => {
      expect(await Deferred.fromPromise(Promise.resolve(7))).to.equal(7);
    });

    it('gets the rejection of a promise', async () => {
      expect(await rejectionOf(Deferred.fromPromise(Promise.reject(boom)))).to.equal(boom);
    });

    it('takes the first word of a thenable that says several things', () => {
      const thenable = {
        then: (onFulfilled: (n: number) => void, onRejected: (error: unknown) => void): never => {
          onFulfilled(1);
          onFulfilled(2);
          onRejected(boom);
          throw boom;
        },
      } as unknown as PromiseLike<number>;
      expect(resultOf(Deferred.fromPromise(thenable))).to.equal(1);
    });

    it('fails with what a thenable throws', () => {
      const thenable = {
        then: () => {
          throw boom;
        },
      } as unknown as PromiseLike<number>;
      expect(errorOf(Deferred.fromPromise(thenable))).to.equal(boom);
    });

    //
    // Twisted: DeferredFutureAdapterTests.test_fromFutureDeferredCancelled. Overridden: a promise can't be cancelled, it
    // is let go.
    it('fails with CancelledError when cancelled, whatever becomes of the promise later', async () => {
      for (const settled of [() => Promise.resolve(1), () => Promise.reject<number>(boom)]) {
        const deferred = Deferred.fromPromise(settled());
        deferred.cancel();
        await microtasks();
        expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
      }
    });

    it('is not kept alive by the promise once it is cancelled', async () => {
      const forever = new Promise<never>(() => {});
      const cancelled = (() => {
        const deferred = Deferred.fromPromise(forever, { signal: new AbortController().signal });
        deferred.cancel();
        deferred.addErrback(() => {});
        return new WeakRef(deferred);
      })();
      for (let round = 0; round < 20 && cancelled.deref() !== undefined; round += 1) {
        await microtasks();
        gc?.();
      }
      expect(cancelled.deref()).to.equal(undefined);
      expect(forever).to.be.instanceOf(Promise);
    });

    it('is cancelled when its signal is aborted, with the reason as the cause', () => {
      const controller = new AbortController();
      const deferred = Deferred.fromPromise(new Promise(() => {}), { signal: controller.signal });
      expect(isDone(deferred)).to.equal(false);
      controller.abort(boom);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError).with.property('cause', boom);
    });

    it('is cancelled at once by a signal that is aborted already, and starts nothing', () => {
      const deferred = Deferred.fromPromise(
        () => {
          throw new Error('this must not be started');
        },
        { signal: AbortSignal.abort(boom) },
      );
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('cancelled at once by its signal, it still answers for the rejection of its promise', async () => {
      const deferred = Deferred.fromPromise(Promise.reject(boom), { signal: AbortSignal.abort() });
      await microtasks();
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('leaves nothing on its signal once the promise is settled or it is cancelled', async () => {
      const { signal } = new AbortController();
      const settled = Deferred.fromPromise(Promise.resolve(1), { signal });
      const cancelled = Deferred.fromPromise(new Promise(() => {}), { signal });
      expect(getEventListeners(signal, 'abort')).to.have.lengthOf(2);
      cancelled.cancel();
      expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
      await settled;
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('starts a function with a signal that is aborted when the Deferred is cancelled', () => {
      let given: AbortSignal | undefined;
      const deferred = Deferred.fromPromise((signal) => {
        given = signal;
        return new Promise(() => {});
      });
      expect(given?.aborted).to.equal(false);
      deferred.cancel();
      expect(given?.aborted).to.equal(true);
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });

    it('the signal’s reason is the CancelledError itself, with the cause', async () => {
      const stopped: unknown[] = [];
      const deferred = Deferred.fromPromise(
        (signal) =>
          new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => {
              stopped.push(signal.reason);
              reject(signal.reason);
            });
          }),
      );
      deferred.cancel(boom);
      await microtasks();
      expect(stopped).to.deep.equal([errorOf(deferred)]);
      expect(stopped[0]).to.be.instanceOf(CancelledError).with.property('cause', boom);
    });

    it('refuses what is neither promise nor function, and fails if the function gives no promise', () => {
      expect(() => Deferred.fromPromise(5 as unknown as Promise<number>)).to.throw(
        TypeError,
        'A promise was expected, or a function that starts one',
      );
      expect(errorOf(Deferred.fromPromise(() => 5 as unknown as Promise<number>))).to.be.instanceOf(
        TypeError,
      );
    });

    it('fails with what the function throws', () => {
      const deferred = Deferred.fromPromise(() => {
        throw boom;
      });
      expect(errorOf(deferred)).to.equal(boom);
    });
  });

  describe('a callback that returns a promise', () => {
    it('is waited for', async () => {
      const deferred = succeed(1)
        .addCallback(async (n) => {
          await microtasks();
          return n + 1;
        })
        .addCallback((n) => n * 10);
      expect(isDone(deferred)).to.equal(false);
      expect(await deferred).to.equal(20);
    });

    it('fails the chain if it is rejected', async () => {
      const deferred = succeed(1)
        .addCallback(() => Promise.reject(boom))
        .addErrback((failure) => failure.value);
      expect(await deferred).to.equal(boom);
    });

    it('is let go when the Deferred is cancelled', () => {
      const deferred = succeed(1).addCallback(() => new Promise(() => {}));
      deferred.cancel();
      expect(errorOf(deferred)).to.be.instanceOf(CancelledError);
    });
  });
});
