import { DeferredSemaphore, gatherResults, getReactor, race, Deferred } from '../../src/index.js';

const reactor = getReactor();

function after(seconds: number, text: string): Deferred<string> {
  const deferred = new Deferred<string>(() => {
    console.log(`${text} isn't needed any more`);
    timer.cancel();
  });
  const timer = reactor.callLater(seconds, () => deferred.callback(text));
  return deferred;
}

// All of them; the first failure would end it.
console.log(await gatherResults([after(0.02, 'a'), after(0.01, 'b')]));

// The first that has a result; the others are cancelled.
console.log(await race([after(60, 'slow'), after(0.01, 'fast')]));

// Two at a time, with a lock's big brother. `using` gives the token back at the end of the block.
const tokens = new DeferredSemaphore(2);
async function work(n: number): Promise<void> {
  using held = await tokens.acquire();
  console.log(`${n} works, one of ${held.limit} at a time`);
  await after(0.01, '');
}
await Promise.all([work(1), work(2), work(3)]);
