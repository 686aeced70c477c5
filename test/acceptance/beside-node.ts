/**
 * heddle is a guest in Node's loop: while its echo server is under load, whatever else lives in the process must not wait longer
 * than it would beside a server on Node's own sockets. The same program is measured with one and with the other, in turns, each
 * fully loaded by another process. Of each round the 99th percentile counts, and of the rounds the median.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, checkAtMost, rounded } from './harness/check.js';
import { AskedChild, command } from './harness/child.js';
import type { Answer, Question, Ready } from './servers/busy-server.js';
import type { Order } from './servers/load.js';

const ROUNDS = 5;
const WARM_UP_MS = 300;
const MEASURE_MS = 1100;
/** Medians of a few rounds differ by so much when nothing differs but what else the machine has to do. */
const NOISE = 1.25;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** What may be kept waiting, and how it is called in the report. */
const KINDS = {
  timer: 'lateness of setTimeout',
  promise: 'a promise of the next round of the loop',
  readFile: 'fs.readFile',
  http: 'a request to node:http',
} as const;
type Kind = keyof typeof KINDS | 'inCallback';

/** One round's samples, in ms. */
type Samples = Readonly<Record<Kind, readonly number[]>>;

class Contender {
  readonly #server: AskedChild<Question, Ready | Answer>;
  readonly #ready: Ready;
  readonly #rounds: Samples[] = [];

  private constructor(server: AskedChild<Question, Ready | Answer>, ready: Ready) {
    this.#server = server;
    this.#ready = ready;
  }

  static async start(kind: 'heddle' | 'net'): Promise<Contender> {
    const words = command('servers/busy-server.ts', kind);
    const [server, ready] = await AskedChild.start<Question, Ready | Answer>(words);
    return new Contender(server, ready as Ready);
  }

  async measure(load: AskedChild<Order, object>): Promise<void> {
    await load.ask({ port: this.#ready.echoPort });
    await sleep(WARM_UP_MS);
    const asked = new AbortController();
    const answer = this.#server.ask({ measureMs: MEASURE_MS }).finally(() => asked.abort());
    const http = await requestUntil(asked.signal, this.#ready.httpPort);
    const { waits } = (await answer) as Answer;
    this.#rounds.push({ ...waits, http });
    await load.ask({ port: 0 });
  }

  /** The median of the rounds' percentiles. */
  median(kind: Kind, percentile: number): number {
    return quantile(
      this.#rounds.map((round) => quantile(round[kind], percentile)),
      50,
    );
  }
}

function quantile(samples: readonly number[], percentile: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length * percentile) / 100)] ?? Infinity;
}

/** One HTTP request after the other; how long each took, in ms. */
async function requestUntil(signal: AbortSignal, port: number): Promise<number[]> {
  const took: number[] = [];
  while (!signal.aborted) {
    const since = performance.now();
    const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    took.push(performance.now() - since);
    await sleep(1);
  }
  return took;
}

const [[load], heddle, net] = await Promise.all([
  AskedChild.start<Order, object>(command('servers/load.ts')),
  Contender.start('heddle'),
  Contender.start('net'),
]);
for (let round = 0; round < ROUNDS; round += 1) {
  // Who goes first changes, in case the machine's mood does.
  for (const contender of round % 2 === 0 ? [heddle, net] : [net, heddle]) await contender.measure(load);
}

for (const [kind, name] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
  const [ours, theirs] = [heddle.median(kind, 99), net.median(kind, 99)];
  check(
    `${name}, 99th percentile, is no later than beside node:net`,
    ours <= theirs * NOISE,
    `${rounded(ours)} ms, beside node:net ${rounded(theirs)} ms`,
  );
}
// node:net lets promises go on after each callback, heddle after each turn: that is about 1 ms of callbacks, no more.
checkAtMost(
  'a promise made in dataReceived goes on after its turn (median)',
  heddle.median('inCallback', 50),
  2,
  'ms',
);
process.exit();
