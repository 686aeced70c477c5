import { inspect } from 'node:util';
import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { CancelledError, Deferred, DeferredLock, DeferredSemaphore } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

const boom = new Error('boom');

describe('DeferredSemaphore', () => {
  expectNoUnhandledErrors();

  // Twisted: OtherPrimitivesTests.testSemaphore
  it('gives out its tokens, lets the next wait, and serves those who wait in their order', () => {
    const semaphore = new DeferredSemaphore(13);
    for (let i = 0; i < 13; i += 1) expect(resultOf(semaphore.acquire())).to.equal(semaphore);
    expect(semaphore.tokens).to.equal(0);
    const cancelled = semaphore.acquire();
    const [next, last] = [semaphore.acquire(), semaphore.acquire()];
    expect(isDone(cancelled)).to.equal(false);
    cancelled.cancel();
    expect(errorOf(cancelled)).to.be.instanceOf(CancelledError);
    semaphore.release();
    expect([isDone(next), isDone(last)]).to.deep.equal([true, false]);
    semaphore.release();
    expect(isDone(last)).to.equal(true);
    for (let i = 0; i < 13; i += 1) semaphore.release();
    expect(semaphore).to.include({ tokens: 13, limit: 13 });
  });

  // Twisted: OtherPrimitivesTests.testSemaphore
  it('`run()` holds a token until what the function returned has ended', () => {
    const semaphore = new DeferredSemaphore(1);
    const inner = new Deferred<number>();
    const seen: string[] = [];
    const running = semaphore.run((text: string) => {
      seen.push(text);
      return inner;
    }, 'first');
    const waiting = semaphore.run(() => {
      seen.push('second');
      throw boom;
    });
    expect(seen).to.deep.equal(['first']);
    inner.callback(5);
    expect(seen).to.deep.equal(['first', 'second']);
    expect(resultOf(running)).to.equal(5);
    expect(errorOf(waiting)).to.equal(boom);
    expect(semaphore.tokens).to.equal(1);
  });

  // Twisted: OtherPrimitivesTests.test_semaphoreInvalidTokens
  it('refuses to be made without a token', () => {
    for (const tokens of [0, -1, 1.5, NaN]) expect(() => new DeferredSemaphore(tokens)).to.throw(RangeError);
  });

  // Twisted: OtherPrimitivesTests.test_cancelSemaphoreAfterAcquired
  it('cancelling after it was acquired does nothing', () => {
    const semaphore = new DeferredSemaphore(1);
    const acquired = semaphore.acquire();
    acquired.cancel();
    expect(resultOf(acquired)).to.equal(semaphore);
    expect(semaphore.tokens).to.equal(0);
  });

  it('waiting ends when its signal is aborted, and no token is taken with a signal that is aborted already', () => {
    const semaphore = new DeferredSemaphore(1);
    const controller = new AbortController();
    const { signal } = controller;
    expect(resultOf(semaphore.acquire({ signal }))).to.equal(semaphore);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    const waiting = semaphore.acquire({ signal });
    controller.abort(boom);
    expect(errorOf(waiting)).to.be.instanceOf(CancelledError).with.property('cause', boom);
    semaphore.release();
    expect(errorOf(semaphore.acquire({ signal }))).to.be.instanceOf(CancelledError);
    expect(semaphore.tokens).to.equal(1);
  });

  it('refuses to release what was not acquired', () => {
    expect(() => new DeferredSemaphore(1).release()).to.throw(Error, 'Nothing was acquired');
  });

  // Twisted: CoroutineContextVarsTests.test_asyncWithSemaphore
  it('is released at the end of a `using` block', async () => {
    const semaphore = new DeferredSemaphore(2);
    {
      using held = await semaphore.acquire();
      expect(held.tokens).to.equal(1);
    }
    expect(semaphore.tokens).to.equal(2);
  });
});

describe('DeferredLock', () => {
  expectNoUnhandledErrors();

  it('is locked while somebody has it', () => {
    const lock = new DeferredLock();
    expect(lock.locked).to.equal(false);
    const first = lock.acquire();
    const second = lock.acquire();
    expect(resultOf(first)).to.equal(lock);
    expect(isDone(second)).to.equal(false);
    lock.release();
    expect(isDone(second)).to.equal(true);
    expect(lock.locked).to.equal(true);
    lock.release();
    expect(lock.locked).to.equal(false);
  });

  // Twisted: CoroutineContextVarsTests.test_asyncWithLock, CoroutineContextVarsTests.test_asyncWithLockException
  it('is held in a `using` block, and released at its end, also by an exception, which goes on', async () => {
    const lock = new DeferredLock();
    const held: boolean[] = [];
    async function working(): Promise<void> {
      using mine = await lock.acquire();
      held.push(mine.locked);
      throw boom;
    }
    const thrown: unknown[] = [];
    try {
      await working();
    } catch (error) {
      thrown.push(error);
    }
    expect(thrown).to.deep.equal([boom]);
    expect([...held, lock.locked]).to.deep.equal([true, false]);
  });

  // Twisted: OtherPrimitivesTests.test_cancelLockAfterAcquired
  it('cancelling after it was acquired does nothing', () => {
    const lock = new DeferredLock();
    const acquired = lock.acquire();
    acquired.cancel();
    expect(resultOf(acquired)).to.equal(lock);
    expect(lock.locked).to.equal(true);
  });

  // Twisted: OtherPrimitivesTests.test_cancelLockBeforeAcquired
  it('cancelling before fails with CancelledError, and the lock passes it by', () => {
    const lock = new DeferredLock();
    resultOf(lock.acquire());
    const waiting = lock.acquire();
    waiting.cancel();
    expect(errorOf(waiting)).to.be.instanceOf(CancelledError);
    lock.release();
    expect(lock.locked).to.equal(false);
  });

  it('tells in one line how many tokens are free and how many wait', () => {
    const semaphore = new DeferredSemaphore(3);
    resultOf(semaphore.acquire());
    expect(inspect(semaphore)).to.equal('<DeferredSemaphore, free: 2 of 3, waiting: 0>');
    const lock = new DeferredLock();
    resultOf(lock.acquire());
    const waiting = lock.acquire();
    expect(inspect({ lock })).to.equal('{ lock: <DeferredLock, free: 0 of 1, waiting: 1> }');
    lock.release();
    expect(isDone(waiting)).to.equal(true);
  });
});
