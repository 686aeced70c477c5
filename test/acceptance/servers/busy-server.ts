/**
 * An echo server with work to do for each message, and three other things that live in the same process: timers, files, an HTTP
 * server. Its argument says what echoes: `heddle`, or `net` (Node's own sockets). Asked to measure, it tells how long the
 * others were kept waiting.
 */
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import { Factory, Protocol, getReactor } from '../../../src/index.js';

/** How long to measure, in ms. */
export interface Question {
  readonly measureMs: number;
}

/** Samples, in ms. */
export interface Waits {
  /** How late a timer fires. */
  timer: number[];
  /** How long a promise takes whose time comes in the next round of Node's loop. */
  promise: number[];
  readFile: number[];
  /** How late a promise made in the data callback itself goes on. */
  inCallback: number[];
}

export interface Ready {
  readonly echoPort: number;
  readonly httpPort: number;
}

export interface Answer {
  readonly waits: Waits;
  /** Messages echoed meanwhile. */
  readonly messages: number;
}

/** What each message costs the application, in ms. */
const WORK_MS = 0.03;
const TIMER_MS = 2;
/** Of so many messages one is followed by a promise. */
const SAMPLED = 32;

let messages = 0;
let waits = noWaits();

function noWaits(): Waits {
  return { timer: [], promise: [], readFile: [], inCallback: [] };
}

/** The application: it works, and now and then goes on after an `await`. */
function work(): void {
  const since = performance.now();
  while (performance.now() < since + WORK_MS);
  messages += 1;
  if (messages % SAMPLED === 0) void goOn(performance.now());
}

async function goOn(since: number): Promise<void> {
  await Promise.resolve();
  waits.inCallback.push(performance.now() - since);
}

class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    work();
    this.transport.write(data);
  }
}

async function listenWithHeddle(): Promise<number> {
  const port = getReactor().listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
  return Promise.resolve(port.getHost().port);
}

async function listenWithNet(): Promise<number> {
  const server = createNetServer((socket) => {
    socket.on('data', (data) => {
      work();
      socket.write(data);
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function listenForHttp(): Promise<number> {
  const server = createHttpServer((_request, response) => response.end('Here I am\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Does something again and again until `deadline`, and keeps what each time took beyond `expectedMs`. */
async function sample(
  into: number[],
  deadline: number,
  expectedMs: number,
  wait: () => Promise<unknown>,
): Promise<void> {
  while (performance.now() < deadline) {
    const since = performance.now();
    await wait();
    into.push(performance.now() - since - expectedMs);
    await sleep(1);
  }
}

async function measure({ measureMs }: Question): Promise<Answer> {
  waits = noWaits();
  const before = messages;
  const deadline = performance.now() + measureMs;
  await Promise.all([
    sample(waits.timer, deadline, TIMER_MS, () => sleep(TIMER_MS)),
    sample(waits.promise, deadline, 0, () => nextRound()),
    sample(waits.readFile, deadline, 0, () => readFile(new URL(import.meta.url))),
  ]);
  return { waits, messages: messages - before };
}

process.on(
  'message',
  (question: Question) => void measure(question).then((answer) => process.send?.(answer)),
);
process.once('disconnect', () => process.exit());
const echoPort = await (process.argv[2] === 'net' ? listenWithNet() : listenWithHeddle());
process.send?.({ echoPort, httpPort: await listenForHttp() } satisfies Ready);
