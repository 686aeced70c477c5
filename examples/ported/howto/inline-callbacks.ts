/**
 * A conversation in one function: as a generator with inlineCallbacks, and as an async function. Twisted: inlineCallbacks and coroutines in
 * the "Deferred Reference".
 *
 *     node --import tsx examples/ported/howto/inline-callbacks.ts
 */
import { Deferred, ensureDeferred, inlineCallbacks, succeed } from '../../../src/index.js'; // 'heddle', in a program of yours

const PRICES: Readonly<Record<string, number>> = { tea: 3, cake: 4 };

function price(thing: string): Deferred<number> {
  const deferred = new Deferred<number>();
  const found = PRICES[thing];
  queueMicrotask(() => {
    if (found === undefined) deferred.errback(new RangeError(`there is no ${thing}`));
    else deferred.callback(found);
  });
  return deferred;
}

/** `yield*` gives the result, with its type, or throws what the Deferred failed with. `return` fires the Deferred. */
const total = inlineCallbacks(function* (things: readonly string[]) {
  let sum = 0;
  for (const thing of things) {
    try {
      sum += yield* price(thing);
    } catch (error) {
      console.log(`left out: ${(error as Error).message}`);
    }
  }
  return sum;
});

/** The same, as most would write it today. A Deferred can be awaited, and ensureDeferred makes one of the promise. */
async function totalOf(things: readonly string[]): Promise<number> {
  let sum = 0;
  for (const thing of things) sum += await price(thing);
  return sum;
}

console.log(`together ${await total(['tea', 'coal', 'cake'])}`);
await ensureDeferred(totalOf(['tea', 'tea', 'coal'])).addCallbacks(
  (sum) => console.log(`never printed: ${sum}`),
  (failure) => console.log(`failed: ${failure.getErrorMessage()}`),
);

// What a generator can do and an async function can't: where all is there already, the result is there at once.
let sum = 0;
inlineCallbacks(function* () {
  return (yield* succeed(1)) + (yield* succeed(2));
})().addCallback((result) => void (sum = result));
console.log(`at once: ${sum}`);
