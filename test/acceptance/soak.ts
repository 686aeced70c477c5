/**
 * 200,000 connections through one server, one after the other on 64 tracks: its memory and its descriptors are the same at the
 * end as after the first 50,000.
 *
 *     npm run soak            about half a minute
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, checkAtMost } from './harness/check.js';
import { AskedChild, command } from './harness/child.js';
import { descriptors } from './harness/processes.js';
import type { Question, Report } from './servers/echo-server.js';

const CONNECTIONS = 200_000;
const STEP = 50_000;
const TRACKS = 64;
/** What V8 may hold on to in one moment and give back in the next. */
const BREATH_MIB = 12;
const SETTLE_MS = 500;

interface Moment {
  readonly rssMib: number;
  readonly descriptors: number;
}

/** One connection: a message, its echo, an end from both sides. */
async function converse(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', () => socket.end());
    socket.on('close', () => resolve());
    socket.write('hello');
  });
}

async function run(port: number, connections: number): Promise<void> {
  let left = connections;
  const track = async (): Promise<void> => {
    for (; left > 0; left -= 1) await converse(port);
  };
  await Promise.all(Array.from({ length: TRACKS }, track));
}

/** The server's state, garbage collected and all connections gone. */
async function momentOf(server: AskedChild<Question, Report>): Promise<Moment> {
  await sleep(SETTLE_MS);
  for (let times = 0; times < 3; times += 1) await server.ask({ collect: true });
  const status = readFileSync(`/proc/${server.pid}/status`, 'latin1');
  return {
    rssMib: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024,
    descriptors: descriptors(server.pid).size,
  };
}

const [server, { port }] = await AskedChild.start<Question, Report>(
  command('servers/echo-server.ts', 'real'),
);
await using closing = server;
const moments: Moment[] = [];
for (let done = 0; done < CONNECTIONS; done += STEP) {
  await run(port, STEP);
  moments.push(await momentOf(closing));
}

const [first, last] = [moments[0]!, moments.at(-1)!];
const { counters } = await server.ask({ report: true });
check('all connections were served', counters.accepted >= CONNECTIONS, counters.accepted);
checkAtMost('memory that the last 150,000 have left behind', last.rssMib - first.rssMib, BREATH_MIB, 'MiB');
check(
  'descriptors are as many as after the first 50,000',
  last.descriptors === first.descriptors,
  moments.map((moment) => `${moment.descriptors} and ${moment.rssMib.toFixed(1)} MiB`).join(', '),
);
