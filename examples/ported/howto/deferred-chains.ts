/**
 * Callbacks and errbacks, and how results and failures go from one to the next. Twisted: "Deferred Reference".
 *
 *     node --import tsx examples/ported/howto/deferred-chains.ts
 */
import { Deferred, type Failure, getReactor } from '../../../src/index.js'; // 'heddle', in a program of yours

const reactor = getReactor();

/** Three times `n`, after a while; odd numbers are too much for it. */
function tripled(n: number): Deferred<number> {
  const deferred = new Deferred<number>();
  reactor.callLater(0.01, () => {
    if (n % 2 === 0) deferred.callback(3 * n);
    else deferred.errback(new RangeError(`${n} is odd`));
  });
  return deferred;
}

/** What an errback says to a failure, and the number to go on with. */
function zero(failure: Failure): number {
  console.log(`failed: ${failure.getErrorMessage()}`);
  return 0;
}

// A callback gets what the one before has returned.
await tripled(2)
  .addCallback((result) => `the result is ${result}`)
  .addCallback((text) => console.log(text));

// A failure skips callbacks until an errback takes it. What that returns is a result again.
await tripled(3)
  .addCallback((result) => console.log(`never printed: ${result}`))
  .addErrback((failure) => zero(failure))
  .addCallback((result) => console.log(`goes on with ${String(result)}`));

// What a callback throws is a failure for the next one.
await tripled(4)
  .addCallback((result) => {
    if (result > 10) throw new RangeError(`${result} is too much`);
    return result;
  })
  .addErrback(zero);

// addCallbacks: one of the two is called. This errback doesn't see what its own callback throws.
await tripled(6)
  .addCallbacks((): number => {
    throw new RangeError('thrown by the callback');
  }, zero)
  .addErrback(() => console.log('the errback after it does'));

// A callback may return another Deferred: the chain waits for that.
await tripled(8)
  .addCallback((result) => tripled(result))
  .addCallback((result) => console.log(`tripled twice: ${result}`));

// addBoth is called in any case, as `finally` is.
await tripled(5)
  .addBoth((outcome) => {
    console.log('cleaned up');
    return outcome;
  })
  .addErrback(zero);
reactor.close();
