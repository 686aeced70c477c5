import { ThreadCalls, ThreadModule, deferToThread, react } from '../../../src/index.js';
import type * as Primes from './primes.js';

const primes = new ThreadModule<typeof Primes>(new URL('./primes.js', import.meta.url));

await react(async (reactor) => {
  using calls = new ThreadCalls<Primes.Calls>(reactor, {
    progress: (percent) => console.log(`${percent} %`),
  });
  console.log(await deferToThread(primes, 'countPrimes', calls.connect(), 1_000_000));
});
