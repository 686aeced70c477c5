/**
 * A long computation in pieces, as a generator: each `yield` is a place where others may have their turn, and a Cooperator says when it goes
 * on. Two of them share the time. Twisted: longex2.py.
 *
 *     node --import tsx examples/ported/longex2.ts 300000 300
 *
 * prints how many primes there are below the first number, and how many digits the factorial of the second one has, the latter first.
 */
import { type CooperativeTask, type Deferred, cooperate, react } from '../../src/index.js'; // 'heddle', in a program of yours
import { isPrime } from './longex.js';

/** How many primes there are below `limit`. */
export function* primesBelow(limit: number): Generator<void, number> {
  let count = 0;
  for (let n = 2; n < limit; n += 1) {
    if (isPrime(n)) count += 1;
    // A step for each number would be slower, and no fairer.
    if (n % 100 === 0) yield;
  }
  return count;
}

export function* factorial(n: number): Generator<void, bigint> {
  let product = 1n;
  for (let factor = 2n; factor <= n; factor += 1n) {
    product *= factor;
    yield;
  }
  return product;
}

/** What the generator returns when it is through; `take` is who says when it goes on. */
export function computed<T>(
  work: Generator<void, T>,
  take: (steps: Iterator<void>) => CooperativeTask = cooperate,
): Deferred<T> {
  let result!: T;
  function* steps(): Generator<void> {
    result = yield* work;
  }
  return take(steps())
    .whenDone()
    .addCallback(() => result);
}

async function main(_reactor: unknown, limit: number, n: number): Promise<void> {
  const primes = computed(primesBelow(limit));
  const product = computed(factorial(n));
  await Promise.all([
    product.addCallback((value) => console.log(`the factorial of ${n} has ${String(value).length} digits`)),
    primes.addCallback((count) => console.log(`there are ${count} primes below ${limit}`)),
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const [limit = '300000', n = '300'] = process.argv.slice(2);
  await react(main, [Number(limit), Number(n)]);
}
