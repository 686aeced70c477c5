import { expect } from 'chai';
import { inspect } from 'node:util';
import { AlreadyCalledError, Deferred, Failure, fail, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, isDone, resultOf } from './results.js';

const boom = new Error('boom');
const never = (): never => {
  throw new Error('this must not be called');
};

describe('Deferred', () => {
  expectNoUnhandledErrors();

  describe('firing', () => {
    // Twisted: DeferredTests.testCallbackWithoutArgs
    it('`callback()` gives its result to the callback and not to the errback', () => {
      const seen: string[] = [];
      const deferred = new Deferred<string>();
      deferred.addCallbacks((result) => void seen.push(result), never);
      deferred.callback('hello');
      expect(seen).to.deep.equal(['hello']);
    });

    it('`errback()` gives its failure to the errback and not to the callback', () => {
      const deferred = new Deferred<string>();
      const seen: Failure[] = [];
      deferred.addCallbacks(never, (failure) => void seen.push(failure));
      const failure = new Failure(boom);
      deferred.errback(failure);
      expect(seen).to.deep.equal([failure]);
      expect(seen[0]).to.equal(failure);
    });

    it('`errback()` wraps what is not a Failure, errors or not', () => {
      expect(errorOf(fail(boom))).to.equal(boom);
      expect(errorOf(fail('a text'))).to.equal('a text');
      expect(errorOf(fail(undefined))).to.equal(undefined);
    });

    it('`callback()` with a Failure is the same as `errback()`', () => {
      const deferred = new Deferred<number>();
      deferred.callback(new Failure(boom));
      expect(errorOf(deferred.addCallback(never))).to.equal(boom);
    });

    it('`callback()` refuses a Deferred and is still unfired', () => {
      const deferred = new Deferred<unknown>();
      expect(() => deferred.callback(succeed(1))).to.throw(TypeError, 'A Deferred is not a result');
      expect(deferred.called).to.equal(false);
    });

    it('`called` is false until it is fired', () => {
      const deferred = new Deferred<void>();
      expect(deferred.called).to.equal(false);
      deferred.callback();
      expect(deferred.called).to.equal(true);
    });

    const twice: readonly [name: string, first: 'callback' | 'errback', second: 'callback' | 'errback'][] = [
      // Twisted: AlreadyCalledTests.testAlreadyCalled_CC
      ['CC', 'callback', 'callback'],
      // Twisted: AlreadyCalledTests.testAlreadyCalled_CE
      ['CE', 'callback', 'errback'],
      // Twisted: AlreadyCalledTests.testAlreadyCalled_EE
      ['EE', 'errback', 'errback'],
      // Twisted: AlreadyCalledTests.testAlreadyCalled_EC
      ['EC', 'errback', 'callback'],
    ];
    for (const [name, first, second] of twice) {
      it(`\`${second}()\` after \`${first}()\` throws AlreadyCalledError and changes nothing (${name})`, () => {
        const deferred = new Deferred<unknown>();
        deferred[first](boom);
        expect(() => deferred[second](new Error('late'))).to.throw(AlreadyCalledError);
        expect(first === 'callback' ? resultOf(deferred) : errorOf(deferred)).to.equal(boom);
      });
    }
  });

  describe('steps', () => {
    // Twisted: DeferredTests.testTwoCallbacks
    it('each callback gets what the one before returned', () => {
      const deferred = new Deferred<number>();
      const chain = deferred.addCallback((n) => n + 1).addCallback((n) => `${n}!`);
      expect(chain).to.equal(deferred);
      deferred.callback(1);
      expect(resultOf(chain)).to.equal('2!');
    });

    // Twisted: DeferredTests.testImmediateSuccess
    it('a callback that is added to a fired Deferred is called at once', () => {
      const seen: string[] = [];
      succeed('success').addCallback((result) => void seen.push(result));
      expect(seen).to.deep.equal(['success']);
    });

    it('an exception takes the errbacks from there on, a returned value the callbacks', () => {
      const seen: unknown[] = [];
      const deferred = succeed(1)
        .addCallback(() => {
          throw boom;
        })
        .addCallback(never)
        .addErrback((failure) => {
          seen.push(failure.value);
          return 'mended';
        })
        .addErrback(never);
      expect(resultOf(deferred)).to.equal('mended');
      expect(seen).to.deep.equal([boom]);
    });

    // Twisted: DeferredTests.test_callbackMaybeReturnsFailure
    it('a Failure that a callback returns takes the errbacks', () => {
      const failure = new Failure(boom);
      const deferred = succeed(0)
        .addCallback((): number | Failure => failure)
        .addCallback(never);
      expect(failureOf(deferred)).to.equal(failure);
    });

    it('a Failure that a callback throws is not wrapped again', () => {
      const failure = new Failure(boom);
      const deferred = succeed(0).addCallback(() => {
        throw failure;
      });
      expect(failureOf(deferred)).to.equal(failure);
    });

    it('an exception of an errback replaces the failure', () => {
      const second = new Error('second');
      const deferred = fail(boom).addErrback(() => {
        throw second;
      });
      expect(errorOf(deferred)).to.equal(second);
    });

    it('an exception of a callback does not reach the errback of the same `addCallbacks()`', () => {
      const deferred = succeed(0).addCallbacks(() => {
        throw boom;
      }, never);
      expect(errorOf(deferred)).to.equal(boom);
    });

    it('`addBoth()` is called for results and for failures', () => {
      const seen: unknown[] = [];
      succeed(1).addBoth((result) => void seen.push(result));
      fail(boom).addBoth((failure) => void seen.push(failure.value));
      expect(seen).to.deep.equal([1, boom]);
    });

    it('an undefined result is a result', () => {
      expect(resultOf<unknown>(succeed(undefined).addErrback(never))).to.equal(undefined);
    });

    it('a result that has a method of its own called `then` only by name is left alone', () => {
      const route = { then: 'the next station' };
      expect(resultOf(succeed(0).addCallback(() => route))).to.equal(route);
    });

    it('what is not a function is refused at once, whether fired or not', () => {
      const bad = undefined as unknown as () => void;
      for (const deferred of [new Deferred<number>(), succeed(1)]) {
        expect(() => deferred.addCallback(bad)).to.throw(
          TypeError,
          'The callback must be a function, not undefined',
        );
        expect(() => deferred.addErrback(bad)).to.throw(TypeError, 'The errback must be a function');
        expect(() => deferred.addBoth(bad)).to.throw(TypeError, 'The callback must be a function');
        expect(() => deferred.addCallbacks(bad)).to.throw(TypeError, 'The callback must be a function');
        expect(() => deferred.addCallbacks(never, 5 as unknown as () => void)).to.throw(
          TypeError,
          'The errback',
        );
      }
    });

    // Twisted: DeferredTests.test_reentrantRunCallbacks
    it('a callback that is added from inside a callback runs at the end of the chain', () => {
      const seen: number[] = [];
      const deferred = new Deferred<void>();
      deferred.addCallback(() => {
        seen.push(1);
        deferred.addCallback(() => void seen.push(3));
      });
      deferred.addCallback(() => void seen.push(2));
      deferred.callback();
      expect(seen).to.deep.equal([1, 2, 3]);
    });

    // Twisted: DeferredTests.test_nonReentrantCallbacks
    it('a callback that is added from inside the last callback waits until that one has returned', () => {
      const seen: string[] = [];
      const deferred = new Deferred<void>();
      deferred.addCallback(() => {
        deferred.addCallback(() => void seen.push('added'));
        seen.push('returning');
      });
      deferred.callback();
      expect(seen).to.deep.equal(['returning', 'added']);
    });
  });

  describe('pausing', () => {
    it('runs nothing until `unpause()` was called as often as `pause()`', () => {
      const deferred = new Deferred<number>();
      deferred.pause();
      deferred.pause();
      deferred.callback(1);
      expect(deferred.called).to.equal(true);
      expect(deferred.paused).to.equal(2);
      expect(isDone(deferred)).to.equal(false);
      deferred.unpause();
      expect(isDone(deferred)).to.equal(false);
      deferred.unpause();
      expect(resultOf(deferred)).to.equal(1);
      expect(deferred.paused).to.equal(0);
    });

    it('a callback can pause the chain that it stands in', () => {
      const deferred = new Deferred<number>();
      deferred.addCallback((n) => {
        deferred.pause();
        return n + 1;
      });
      deferred.callback(1);
      expect(isDone(deferred)).to.equal(false);
      deferred.unpause();
      expect(resultOf(deferred)).to.equal(2);
    });

    it('`unpause()` before firing runs nothing', () => {
      const deferred = new Deferred<number>();
      deferred.pause();
      deferred.unpause();
      expect(isDone(deferred)).to.equal(false);
      deferred.callback(7);
      expect(resultOf(deferred)).to.equal(7);
    });

    it('`unpause()` without `pause()` throws, also while it waits for another Deferred', () => {
      expect(() => new Deferred().unpause()).to.throw(Error, 'unpause() without pause()');
      const waiting = succeed(0).addCallback(() => new Deferred<number>());
      expect(waiting.paused).to.equal(1);
      expect(() => waiting.unpause()).to.throw(Error, 'unpause() without pause()');
    });
  });

  describe('as text', () => {
    // Twisted: DeferredTests.test_repr, DeferredTests.test_reprWithResult, DeferredTests.test_reprWithChaining
    it('tells in one line what it has or waits for', () => {
      const inner = new Deferred<number>();
      const outer = succeed(0).addCallback(() => succeed(0).addCallback(() => inner));
      const failed = fail(boom);
      const paused = succeed(3);
      paused.pause();
      expect(inner.toString()).to.equal('Deferred(pending)');
      expect(outer.toString()).to.equal('Deferred(waiting for Deferred(pending))');
      expect(paused.toString()).to.equal('Deferred(result: 3, paused)');
      expect(succeed({ deep: { down: [1] } }).toString()).to.equal('Deferred(result: { deep: [Object] })');
      expect(failed.toString()).to.equal('Deferred(failure: [Failure Error: boom])');
      expect(inspect(failed)).to.equal(failed.toString());
      expect(inspect(inner)).to.equal('Deferred(pending, callbacks: 1)');
      const asked = new Deferred<number>();
      for (const callbacks of [1, 2, 3]) {
        asked.addCallback((n) => n + 1);
        expect(inspect(asked)).to.equal(`Deferred(pending, callbacks: ${callbacks})`);
      }
      asked.callback(1);
      expect(inspect(asked)).to.equal('Deferred(result: 4)');
      expect(errorOf(failed)).to.equal(boom);
    });
  });
});
