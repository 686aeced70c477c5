import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Deferred, fail, inlineCallbacks, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, isDone, resultOf } from './results.js';

const boom = new Error('boom');

/** What `f` throws. */
function* caught(f: Deferred<unknown>): Generator<unknown, unknown> {
  try {
    yield* f;
  } catch (error) {
    return error;
  }
  throw new Error('an error was expected');
}

describe('inlineCallbacks()', () => {
  expectNoUnhandledErrors();

  // Twisted: BasicTests.testBasics
  it('gives the results of what is yielded, throws its errors there, and ends with what is returned', () => {
    const later = new Deferred<string>();
    const result = inlineCallbacks(function* () {
      expect(yield* later).to.equal('there');
      expect(yield succeed(5)).to.equal(5);
      expect(yield* caught(fail(boom))).to.equal(boom);
      return 'WOOSH';
    })();
    expect(isDone(result)).to.equal(false);
    later.callback('there');
    expect(resultOf(result)).to.equal('WOOSH');
  });

  // Twisted: BasicTests.testBasicsAsync, BasicTests.testHandledCoroAsyncFailure
  it('waits for promises, too, and throws their errors', async () => {
    const result = inlineCallbacks(function* () {
      const seen: unknown[] = [];
      try {
        yield (async () => Promise.reject(boom))();
      } catch (error) {
        seen.push(error);
      }
      seen.push(yield Promise.resolve('there'));
      return seen;
    })();
    expect(await result).to.deep.equal([boom, 'there']);
  });

  // Twisted: BasicTests.testProducesException
  it('fails with what the generator throws', () => {
    const later = new Deferred<void>();
    const failing = inlineCallbacks(function* () {
      yield later;
      throw boom;
    })();
    later.callback();
    expect(errorOf(failing)).to.equal(boom);
  });

  // Twisted: BasicTests.testNothing, BasicTests.testReturnNoValue
  it('has undefined if the generator never yields or returns nothing', () => {
    const nothing = [
      inlineCallbacks(function* () {}),
      inlineCallbacks(function* () {
        yield 1;
        return;
      }),
    ];
    for (const f of nothing) expect(resultOf<unknown>(f())).to.equal(undefined);
  });

  // Twisted: BasicTests.testHandledTerminalFailure, BasicTests.testHandledTerminalAsyncFailure
  it('an error that the generator has caught is handled, at once or later', () => {
    const later = new Deferred<never>();
    const catching = inlineCallbacks(function* (deferred: Deferred<never>) {
      return yield* caught(deferred);
    });
    expect(resultOf(catching(fail(boom)))).to.equal(boom);
    const waiting = catching(later);
    later.errback(boom);
    expect(resultOf(waiting)).to.equal(boom);
  });

  // Twisted: BasicTests.testStackUsage2, BasicTests.testYieldNonDeferred
  it('gives anything else straight back, any number of times', () => {
    const counting = inlineCallbacks(function* () {
      let sum = 0;
      for (let i = 0; i < 100_000; i += 1) sum += (yield i) as number;
      return sum;
    });
    expect(resultOf(counting())).to.equal((100_000 * 99_999) / 2);
  });

  it('does not grow the stack over Deferreds that are there already', () => {
    const counting = inlineCallbacks(function* () {
      let sum = 0;
      for (let i = 0; i < 100_000; i += 1) sum += yield* succeed(1);
      return sum;
    });
    expect(resultOf(counting())).to.equal(100_000);
  });

  // Twisted: BasicTests.test_nonGeneratorReturn
  it('refuses a function that is no generator function, when it is called', () => {
    const wrong = inlineCallbacks(function plain() {
      return 5;
    } as unknown as () => Generator<unknown, number>);
    expect(() => wrong()).to.throw(
      TypeError,
      'inlineCallbacks() takes a generator function, and plain is none',
    );
    const async = inlineCallbacks(async function* () {} as unknown as () => Generator<unknown, number>);
    expect(() => async()).to.throw(TypeError, 'inlineCallbacks()');
  });

  // Twisted: StopIterationReturnTests.test_returnWithValue
  it('returns after what it waited for', () => {
    const later = new Deferred<void>();
    const result = inlineCallbacks(function* () {
      yield later;
      return 14;
    })();
    later.callback();
    expect(resultOf(result)).to.equal(14);
  });

  it('waits for a Deferred that the generator returns, and cancelling cancels it', () => {
    const later = new Deferred<number>();
    const returning = inlineCallbacks(function* () {
      yield 0;
      return later;
    });
    const results = [returning(), returning()];
    expect(results.map(isDone)).to.deep.equal([false, false]);
    later.callback(3);
    expect(results.map(resultOf)).to.deep.equal([3, 3]);
    const never = inlineCallbacks(function* () {
      yield 0;
      return new Deferred<number>();
    })();
    never.cancel();
    expect(errorOf(never)).to.have.property('name', 'CancelledError');
  });

  it('passes arguments and `this` on', () => {
    class Account {
      readonly balance = succeed(40);
      readonly plus = inlineCallbacks(function* (this: Account, amount: number) {
        return (yield* this.balance) + amount;
      });
    }
    expect(resultOf(new Account().plus(2))).to.equal(42);
  });

  it('leaves the result of what was yielded in place', () => {
    const shared = succeed(5);
    const taking = inlineCallbacks(function* () {
      return (yield* shared) + (yield* shared);
    });
    expect(resultOf(taking())).to.equal(10);
    expect(resultOf(shared)).to.equal(5);
  });

  // Twisted: CoroutineContextVarsTests.test_withInlineCallbacks
  it('with `keepContext` sees the stores of its call after each `yield`, in generators inside, too', () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const [first, second] = [new Deferred<void>(), new Deferred<void>()];
    const noting = inlineCallbacks(
      function* () {
        yield first;
        seen.push(store.getStore());
        yield (function* () {
          yield second;
          seen.push(store.getStore());
        })();
      },
      { keepContext: true },
    );
    const done = store.run('the caller', noting);
    store.run('someone else', () => first.callback());
    second.callback();
    expect(isDone(done)).to.equal(true);
    expect(seen).to.deep.equal(['the caller', 'the caller']);
  });
});

describe('inlineCallbacks(), stacked', () => {
  expectNoUnhandledErrors();

  /** A step of a stack: as an inlineCallbacks function, or as a bare generator, which is what a coroutine is here. */
  const kinds = {
    'inlineCallbacks functions': (body: () => Generator<unknown, number>) => inlineCallbacks(body),
    'inlineCallbacks functions and a generator': (body: () => Generator<unknown, number>) => body,
  };

  for (const [name, middle] of Object.entries(kinds)) {
    // Twisted: StackedInlineCallbacksTests.test_nonCalledDeferredSingleYield,
    // StackedInlineCallbacksTests.test_nonCalledDeferredSingleYieldCoro
    it(`${name} are entered and left in order around one pending Deferred`, () => {
      const order: string[] = [];
      const pending = new Deferred<number>();
      const f1 = inlineCallbacks(function* () {
        order.push('enter 1');
        const result = yield* pending;
        order.push('exit 1');
        return result + 1;
      });
      const f2 = middle(function* () {
        order.push('enter 2');
        const result = yield* f1();
        order.push('exit 2');
        return result + 1;
      });
      const f3 = inlineCallbacks(function* () {
        order.push('enter 3');
        const result = (yield f2()) as number;
        order.push('exit 3');
        return result + 1;
      });
      const result = f3();
      expect(order).to.deep.equal(['enter 3', 'enter 2', 'enter 1']);
      pending.callback(5);
      expect(order.slice(3)).to.deep.equal(['exit 1', 'exit 2', 'exit 3']);
      expect(resultOf(result)).to.equal(8);
    });

    // Twisted: StackedInlineCallbacksTests.test_nonCalledDeferredMultipleYields,
    // StackedInlineCallbacksTests.test_nonCalledDeferredMultipleYieldsCoro
    it(`${name} that are yielded several times give what nested calls would`, () => {
      const order: string[] = [];
      const pending = new Deferred<number>();
      const f1 = inlineCallbacks(function* () {
        const result = yield* pending;
        order.push('1');
        return result;
      });
      const f2 = middle(function* () {
        const result = (yield* f1()) + (yield* f1()) + (yield* f1());
        order.push('2');
        return result;
      });
      const f3 = inlineCallbacks(function* () {
        let result = 2;
        for (let i = 0; i < 3; i += 1) result += (yield f2()) as number;
        return result;
      });
      const result = f3();
      expect(order).to.deep.equal([]);
      pending.callback(2);
      expect(order.join('')).to.equal('111211121112');
      expect(resultOf(result)).to.equal(20);
    });
  }

  // Twisted: StackedInlineCallbacksTests.test_intermediateAddCallbacksAndWithWaitingFirstYield
  it('a callback that is added to an inner result before it is yielded runs in between', () => {
    const pending = new Deferred<number>();
    const seen: number[] = [];
    const inner = inlineCallbacks(function* () {
      return (yield* pending) + 1;
    });
    const outer = inlineCallbacks(function* () {
      const adding = inner().addCallback((n) => {
        seen.push(n);
        return n + 1;
      });
      return (yield* adding) + 1;
    });
    const result = outer();
    expect(seen).to.deep.equal([]);
    pending.callback(5);
    expect(seen).to.deep.equal([6]);
    expect(resultOf(result)).to.equal(8);
  });

  // Twisted: StackedInlineCallbacksTests.test_intermediateAddCallbacksAndWithWaitingSecondYield
  it('the same with two pending Deferreds, one after the other', () => {
    const [first, second] = [new Deferred<number>(), new Deferred<number>()];
    const inner = inlineCallbacks(function* () {
      return (yield* first) + (yield* second);
    });
    const outer = inlineCallbacks(function* () {
      return (yield* inner().addCallback((n) => n + 1)) + 1;
    });
    const result = outer();
    first.callback(3);
    expect(isDone(result)).to.equal(false);
    second.callback(4);
    expect(resultOf(result)).to.equal(9);
  });

  // Twisted: StackedInlineCallbacksTests.test_raisesExceptionFromDeferredWithWaitingFirstCallback
  it('a pending Deferred that fails ends the inner one; the outer one catches it and goes on', () => {
    const pending = new Deferred<number>();
    const inner = inlineCallbacks(function* () {
      yield pending;
      expect.fail('this must not run');
    });
    const outer = inlineCallbacks(function* () {
      expect(yield* caught(inner())).to.equal(boom);
      return 5;
    });
    const result = outer();
    pending.errback(boom);
    expect(resultOf(result)).to.equal(5);
  });

  // Twisted: ForwardTraceBackTests.test_forwardTracebacks. Overridden: the stack is the error's own, from where it was made.
  it('an error keeps its own stack through any number of them', () => {
    function raises(): never {
      throw new Error('deep down');
    }
    const inner = inlineCallbacks(function* () {
      yield 0;
      return raises();
    });
    const outer = inlineCallbacks(function* () {
      return yield* inner();
    });
    const seen: string[] = [];
    outer().addErrback((failure) => void seen.push(failure.getBriefTraceback()));
    expect(seen[0])
      .to.match(/^Traceback: Error: deep down\n\s+at raises /)
      .and.contain('inline-callbacks.test');
  });
});
