import { expect } from 'chai';
import { AlreadyCalledError, Deferred, Failure, fail, succeed } from '../../src/defer/index.js';
import { errorOf, expectNoUnhandledErrors, failureOf, isDone, resultOf } from './results.js';

const boom = new Error('boom');

describe('Deferred: a callback that returns a Deferred', () => {
  expectNoUnhandledErrors();

  // Twisted: DeferredTests.test_callbackReturnsDeferred
  it('waits until the inner one is both fired and unpaused', () => {
    const inner = new Deferred<number>();
    inner.pause();
    const outer = succeed(1).addCallback(() => inner);
    expect(isDone(outer)).to.equal(false);
    inner.callback(2);
    expect(isDone(outer)).to.equal(false);
    inner.unpause();
    expect(resultOf(outer)).to.equal(2);
  });

  // Twisted: DeferredTests.test_errbackReturnsDeferred
  it('works from an errback too, and its result goes to the next callback', () => {
    const inner = new Deferred<number>();
    const outer = fail(boom).addErrback(() => inner);
    expect(isDone(outer)).to.equal(false);
    inner.callback(1);
    expect(resultOf(outer)).to.equal(1);
  });

  // Twisted: DeferredTests.test_chainedPausedDeferredWithResult
  it('waits for the `unpause()` of an inner one that has its result', () => {
    const inner = succeed('expected');
    inner.pause();
    const outer = succeed(0).addCallback(() => inner);
    expect(isDone(outer)).to.equal(false);
    inner.unpause();
    expect(resultOf(outer)).to.equal('expected');
  });

  // Twisted: DeferredTests.test_pausedDeferredChained
  it('being paused itself, does not hold up the later callbacks of the inner one', () => {
    const inner = new Deferred<string>();
    const outer = succeed(0).addCallback(() => inner);
    outer.pause();
    const seen: unknown[] = [];
    inner.callback('x');
    inner.addCallback((result) => void seen.push(result));
    expect(seen).to.deep.equal([undefined]);
    expect(isDone(outer)).to.equal(false);
    outer.unpause();
    expect(resultOf(outer)).to.equal('x');
  });

  it('being paused itself, does not hold up callbacks that the inner one had before', () => {
    const inner = new Deferred<string>();
    const outer = succeed(0).addCallback(() => inner);
    const seen: unknown[] = [];
    inner.addCallback((result) => void seen.push(result));
    outer.pause();
    inner.callback('x');
    expect(seen).to.deep.equal([undefined]);
    outer.unpause();
    expect(resultOf(outer)).to.equal('x');
  });

  // Twisted: DeferredTests.test_synchronousImplicitChain
  it('takes the result of a fired one at once, and leaves undefined there', () => {
    const inner = succeed('result');
    const outer = succeed(0).addCallback(() => inner);
    expect(resultOf(outer)).to.equal('result');
    expect(resultOf(inner)).to.equal(undefined);
  });

  // Twisted: DeferredTests.test_asynchronousImplicitChain
  it('takes the result of an unfired one when it comes, and the inner one goes on with undefined', () => {
    const inner = new Deferred<string>();
    const outer = succeed(0).addCallback(() => inner);
    const seen: unknown[] = [];
    inner.addCallback((result) => void seen.push(result));
    expect(isDone(outer)).to.equal(false);
    inner.callback('other');
    expect(resultOf(outer)).to.equal('other');
    expect(seen).to.deep.equal([undefined]);
  });

  // Twisted: DeferredTests.test_synchronousImplicitErrorChain
  it('takes the failure of a failed one at once, and the inner one has none any more', () => {
    const inner = fail(boom);
    const outer = succeed(0).addCallback(() => inner);
    expect(errorOf(outer)).to.equal(boom);
    expect(resultOf(inner)).to.equal(undefined);
  });

  // Twisted: DeferredTests.test_asynchronousImplicitErrorChain
  it('takes a failure that comes later, and the inner one has none any more', () => {
    const inner = new Deferred<string>();
    const outer = succeed(0).addCallback(() => inner);
    inner.errback(boom);
    expect(errorOf(outer)).to.equal(boom);
    expect(resultOf(inner)).to.equal(undefined);
  });

  // Twisted: DeferredTests.test_doubleAsynchronousImplicitChaining
  it('is transitive: the outermost gets what the innermost was fired with', () => {
    const first = new Deferred<string>();
    const second = new Deferred<string>().addCallback(() => first);
    const third = new Deferred<string>().addCallback(() => second);
    const thirdResult: string[] = [];
    third.addCallback((result) => void thirdResult.push(result));
    expect(third.called).to.equal(false);
    second.callback('unused');
    third.callback('unused');
    expect(thirdResult).to.deep.equal([]);
    first.callback('hello');
    expect(thirdResult).to.deep.equal(['hello']);
    expect(resultOf(second)).to.equal(undefined);
    expect(resultOf(first)).to.equal(undefined);
  });

  // Twisted: DeferredTests.test_innerCallbacksPreserved, DeferredTests.test_callbackOrderPreserved,
  // DeferredTests.test_nestedAsynchronousChainedDeferredsWithExtraCallbacks
  it('lets the callbacks of the middle run before the outer one goes on, and the last added last', () => {
    const seen: unknown[] = [];
    const innermost = new Deferred<string>();
    const middle = new Deferred<void>();
    const outer = new Deferred<string>();
    outer.addCallback((result) => {
      seen.push(['start-of-cb', result]);
      const chained = succeed('orange').addCallback((fruit) => {
        seen.push(['firstCallback', fruit]);
        return innermost.addCallback((more) => {
          seen.push(['innermost', more]);
          return fruit + more;
        });
      });
      return chained.addCallback((both) => {
        seen.push(['secondCallback', both]);
        return middle.addCallback(() => both);
      });
    });
    outer.addCallback((result) => void seen.push(['outer', result]));
    outer.addCallback(() => void seen.push('final'));
    outer.callback('begin');
    innermost.callback('orange');
    middle.callback();
    expect(seen).to.deep.equal([
      ['start-of-cb', 'begin'],
      ['firstCallback', 'orange'],
      ['innermost', 'orange'],
      ['secondCallback', 'orangeorange'],
      ['outer', 'orangeorange'],
      'final',
    ]);
  });

  it('goes on before the inner one does with the steps that it got after it was returned', () => {
    const seen: string[] = [];
    const inner = new Deferred<number>();
    const outer = succeed(0).addCallback(() => inner);
    inner.addCallback(() => void seen.push('inner'));
    outer.addCallback(() => void seen.push('outer'));
    inner.callback(1);
    expect(seen).to.deep.equal(['outer', 'inner']);
  });

  // Twisted: DeferredTests.test_resultOfDeferredResultOfDeferredOfFiredDeferredCalled
  it('runs late callbacks on the middle of three', () => {
    const first = new Deferred<number>();
    const second = new Deferred<number>();
    const third = new Deferred<number>();
    first.addCallback(() => second);
    second.addCallback(() => third);
    second.callback(0);
    first.callback(0);
    third.callback(5);
    const seen: unknown[] = [];
    second.addCallback((result) => void seen.push(result));
    expect(seen).to.deep.equal([undefined]);
    expect(resultOf(first)).to.equal(5);
  });

  it('takes the result of an inner one whose result has just moved on as undefined', () => {
    const seen: unknown[] = [];
    const inner = new Deferred<string>();
    const outer = succeed(0).addCallback(() => inner);
    // When `outer` goes on, `inner` has one step left and is not running: it has to run that first.
    inner.addCallback(() => 'of the last step');
    outer.addCallback((result) => {
      seen.push(result);
      return inner.addCallback((last) => {
        seen.push(last);
        return 'again';
      });
    });
    inner.callback('moved');
    expect(resultOf(outer)).to.equal('again');
    expect(seen).to.deep.equal(['moved', 'of the last step']);
  });

  it('waits for one that is running a callback at that moment', () => {
    const outer = new Deferred<number>();
    const inner = new Deferred<number>();
    outer.addCallback(() => inner);
    inner.addCallback((n) => {
      outer.callback(0);
      expect(isDone(outer)).to.equal(false);
      return n + 1;
    });
    inner.callback(1);
    expect(resultOf(outer)).to.equal(2);
  });

  // Twisted: DeferredTests.test_circularChainWarning, DeferredTests.test_circularChainException. Overridden: upstream warns and
  // waits forever; here it fails at once, as native promises do.
  it('fails with a TypeError if it is the one that the callback was added to', () => {
    const deferred = new Deferred<unknown>();
    deferred.addCallback(() => deferred);
    deferred.callback(1);
    expect(errorOf(deferred))
      .to.be.instanceOf(TypeError)
      .with.property('message', 'A callback returned a Deferred that waits for its own');
  });

  it('fails with a TypeError if that one waits for this one', () => {
    const first = new Deferred<unknown>();
    const second = new Deferred<unknown>();
    first.addCallback(() => second);
    second.addCallback(() => first);
    first.callback(1);
    second.callback(2);
    expect(errorOf(first)).to.be.instanceOf(TypeError);
    expect(resultOf(second)).to.equal(undefined);
  });
});

describe('Deferred: long chains', () => {
  expectNoUnhandledErrors();
  const LENGTH = 100_000;

  // Twisted: DeferredTests.test_boundedStackDepth
  it('a chain of fired Deferreds, each returned by a callback of the next, does not grow the stack', () => {
    let chain: Deferred<number> = succeed(0);
    for (let i = 0; i < LENGTH; i += 1) {
      const inner = chain;
      chain = succeed(0).addCallback(() => inner.addCallback((n) => n + 1));
    }
    expect(resultOf(chain)).to.equal(LENGTH);
  });

  it('a chain of waiting Deferreds is resolved from the innermost without growing the stack', () => {
    const innermost = new Deferred<number>();
    let chain: Deferred<number> = innermost;
    for (let i = 0; i < LENGTH; i += 1) {
      const inner = chain;
      chain = succeed(0)
        .addCallback(() => inner)
        .addCallback((n) => n + 1);
    }
    expect(chain.toString()).to.equal('Deferred(waiting for Deferred(pending))');
    innermost.callback(0);
    expect(resultOf(chain)).to.equal(LENGTH);
  });

  it('the same with steps left at each link', () => {
    const innermost = new Deferred<number>();
    let left = 0;
    let chain: Deferred<number> = innermost;
    for (let i = 0; i < LENGTH; i += 1) {
      const inner = chain;
      chain = succeed(0).addCallback(() => inner);
      inner.addCallback(() => void (left += 1));
    }
    innermost.callback(5);
    expect(resultOf(chain)).to.equal(5);
    expect(left).to.equal(LENGTH);
  });

  it('a failure and a cancellation go through it as well', () => {
    const innermost = new Deferred<number>();
    let chain: Deferred<number> = innermost;
    for (let i = 0; i < LENGTH; i += 1) {
      const inner = chain;
      chain = succeed(0).addCallback(() => inner);
    }
    chain.cancel();
    expect(failureOf(chain).value).to.have.property('name', 'CancelledError');
    expect(innermost.called).to.equal(true);
  });

  it('`chainDeferred()` from each to the next does not grow the stack', () => {
    const first = new Deferred<number>();
    let last = first;
    for (let i = 0; i < LENGTH; i += 1) {
      const next = new Deferred<number>();
      last.addCallback((n) => n + 1).chainDeferred(next);
      last = next;
    }
    first.callback(0);
    expect(resultOf(last)).to.equal(LENGTH);
  });

  it('so many callbacks on one Deferred run in order', () => {
    const deferred = new Deferred<number>();
    let chain: Deferred<number> = deferred;
    for (let i = 0; i < LENGTH; i += 1) chain = chain.addCallback((n) => (n === i ? n + 1 : -1));
    deferred.callback(0);
    expect(resultOf(chain)).to.equal(LENGTH);
  });
});

describe('Deferred.chainDeferred()', () => {
  expectNoUnhandledErrors();

  it('fires the other with the result, and goes on with undefined', () => {
    const other = new Deferred<number>();
    const first = succeed(3).chainDeferred(other);
    expect(resultOf(other)).to.equal(3);
    expect(resultOf<unknown>(first)).to.equal(undefined);
  });

  it('fires the other with the failure, which is no longer its own', () => {
    const other = new Deferred<number>();
    const first = new Deferred<number>();
    first.chainDeferred(other);
    first.errback(boom);
    expect(errorOf(other)).to.equal(boom);
    expect(resultOf(first)).to.equal(undefined);
  });

  it('fails with AlreadyCalledError if the other was fired by somebody else', () => {
    const first = succeed(1).chainDeferred(succeed(2));
    expect(errorOf(first)).to.be.instanceOf(AlreadyCalledError);
  });

  it('drops the result if the other was cancelled meanwhile', () => {
    const other = new Deferred<number>();
    const first = new Deferred<number>();
    first.chainDeferred(other);
    other.cancel();
    first.callback(1);
    expect(failureOf(other)).to.be.instanceOf(Failure);
    expect(resultOf(first)).to.equal(undefined);
  });

  it('refuses what is not a Deferred', () => {
    expect(() => succeed(1).chainDeferred(Object.create(null) as Deferred<number>)).to.throw(
      TypeError,
      'chainDeferred() takes a Deferred',
    );
  });
});
