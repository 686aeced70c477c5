/**
 * A long computation in pieces, with nothing but callLater: between two pieces the reactor does what else there is to do.
 * Twisted: longex.py.
 *
 *     node --import tsx examples/ported/longex.ts 2000000
 *
 * prints how many primes there are below the number, and how often a clock could tick meanwhile.
 */
import { Deferred, type IReactorTime, LoopingCall, type Reactor, react } from '../../src/index.js'; // 'heddle', in a program of yours

/** So many numbers are looked at in one piece: a millisecond's work, or a few. */
const NUMBERS_IN_A_PIECE = 2000;

export function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return n >= 2;
}

/** How many primes there are below `limit`. Cancelling the Deferred stops the work. */
export function countPrimes(reactor: Pick<IReactorTime, 'callLater'>, limit: number): Deferred<number> {
  const counted = new Deferred<number>(() => next.cancel());
  let count = 0;
  let n = 2;
  const piece = (): void => {
    const end = Math.min(n + NUMBERS_IN_A_PIECE, limit);
    for (; n < end; n += 1) if (isPrime(n)) count += 1;
    if (n < limit) next = reactor.callLater(0, piece);
    else counted.callback(count);
  };
  let next = reactor.callLater(0, piece);
  return counted;
}

async function main(reactor: Reactor, limit: number): Promise<void> {
  let ticks = 0;
  using clock = new LoopingCall(() => (ticks += 1));
  void clock.start(0.01);
  const count = await countPrimes(reactor, limit);
  console.log(`${count} primes below ${limit}, and the clock ticked ${ticks} times`);
}

if (process.argv[1] === import.meta.filename) {
  await react(main, [Number(process.argv[2] ?? 1_000_000)]);
}
