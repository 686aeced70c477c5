import { Deferred, inlineCallbacks, succeed } from '../../src/index.js';

const total = inlineCallbacks(function* (prices: Deferred<number[]>) {
  const list = yield* prices; // number[]; throws if prices fails
  let sum = 0;
  for (const price of list) sum += price;
  return sum;
});

// Everything is there, so the result is, too: no await, no other code in between.
total(succeed([1, 2, 3])).addCallback((sum) => console.log(sum));
console.log('comes after it');

// Cancelling reaches the Deferred that the generator waits for.
const prices = new Deferred<number[]>(() => console.log('the query is stopped'));
const waiting = total(prices).addErrback((failure) => console.log(failure.getErrorMessage()));
waiting.cancel();
