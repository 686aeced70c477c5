import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Deferred, keepContext } from '../../src/defer/index.js';

describe('keepContext()', () => {
  it('lets a callback see the stores of the place where it was added', () => {
    const request = new AsyncLocalStorage<string>();
    const deferred = new Deferred<number>();
    const seen: unknown[] = [];
    request.run('the adder', () => {
      deferred
        .addCallback(
          keepContext((n) => {
            seen.push(n, request.getStore());
            return n + 1;
          }),
        )
        .addCallback(() => void seen.push(request.getStore()));
    });
    request.run('the one who fires', () => {
      deferred.callback(1);
    });
    expect(seen).to.deep.equal([1, 'the adder', 'the one who fires']);
  });

  // Twisted: ContextTests.test_notPresentIfNotSet, ContextTests.test_setByCall, ContextTests.test_unsetAfterCall.
  // twisted.python.context is Node's AsyncLocalStorage.
  it('a store is there inside `run()` and not outside, also for a callback that kept the place outside', () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const deferred = new Deferred<void>();
    deferred
      .addCallback(keepContext(() => void seen.push(store.getStore())))
      .addCallback(() => void seen.push(store.getStore()));
    store.run('y', () => {
      deferred.callback();
    });
    deferred.addCallback(() => void seen.push(store.getStore()));
    expect(seen).to.deep.equal([undefined, 'y', undefined]);
  });

  it('`await` keeps the stores by itself', async () => {
    const store = new AsyncLocalStorage<string>();
    const deferred = new Deferred<void>();
    const seen = store.run('the one who awaits', async () => {
      await deferred;
      return store.getStore();
    });
    store.run('the one who fires', () => {
      deferred.callback();
    });
    expect(await seen).to.equal('the one who awaits');
  });

  it('refuses what is not a function at once', () => {
    expect(() => keepContext(5 as unknown as () => void)).to.throw(TypeError);
  });

  it('passes arguments, results and exceptions', () => {
    expect(keepContext((a: number, b: number) => a + b)(1, 2)).to.equal(3);
    expect(
      keepContext(() => {
        throw new RangeError('through');
      }),
    ).to.throw(RangeError, 'through');
  });
});
