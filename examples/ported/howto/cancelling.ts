/**
 * Giving up what has begun: by hand, and when it takes too long. Twisted: cancellation and time-outs in the "Deferred Reference".
 *
 *     node --import tsx examples/ported/howto/cancelling.ts
 */
import { CancelledError, Deferred, getReactor, inlineCallbacks } from '../../../src/index.js'; // 'heddle', in a program of yours
import { TimeoutError } from '../../../src/defer/index.js'; // 'heddle/defer'

const reactor = getReactor();

/** Water that boils after so many seconds, unless somebody turns the fire off: what the function given to a Deferred is for. */
function boil(seconds: number): Deferred<string> {
  const water = new Deferred<string>(() => {
    call.cancel();
    console.log('the fire is off');
  });
  const call = reactor.callLater(seconds, () => water.callback('boiling'));
  return water;
}

// By hand: the Deferred fails with a CancelledError.
const water = boil(60).addErrback((failure) => {
  failure.trap(CancelledError);
  return 'lukewarm';
});
water.cancel();
console.log(await water);

// By the clock: it is cancelled, and fails with a TimeoutError.
try {
  await boil(60).addTimeout(0.01, reactor);
} catch (error) {
  console.log(error instanceof TimeoutError ? 'too slow' : error);
}

// In time nothing of the kind happens, and no timer is left.
console.log(await boil(0.01).addTimeout(60, reactor), reactor.getDelayedCalls().length);

// Whoever waits passes it on: cancelling the meal cancels the water.
const meal = inlineCallbacks(function* () {
  return `noodles in ${yield* boil(60)} water`;
})().addErrback((failure) => `no noodles: ${failure.getErrorMessage()}`);
meal.cancel();
console.log(await meal);
reactor.close();
