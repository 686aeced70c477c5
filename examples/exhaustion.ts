/**
 * What heddle does when a process runs out of file descriptors, to look at:
 *
 *     npx tsx examples/exhaustion.ts
 *
 * A server that may have 64 descriptors is flooded with clients, twice. As many as it has room for are served, the others
 * are told that it is full, and when the flood is over it goes on as if nothing had been. It takes about five seconds.
 * docs/descriptor-exhaustion.md explains it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClientFactory, Protocol, getReactor } from '../src/index.js';
import type { Report } from './exhaustion-server.js';

const ACT_MS = 600;

// ---- the clients

const GREETING = 'hello\n';

/** Says hello, hears it or something else, and stays until it is told to go. */
class Visitor extends Protocol {
  declare factory: Visitors;

  override connectionMade(): void {
    this.factory.here.add(this);
    this.transport.write(Buffer.from(GREETING));
  }

  override dataReceived(data: Buffer): void {
    if (data.toString() === GREETING) this.factory.echoed += 1;
    else this.factory.turnedAway += 1;
  }

  override connectionLost(): void {
    this.factory.here.delete(this);
  }
}

class Visitors extends ClientFactory<Visitor> {
  override readonly protocol = Visitor;
  readonly here = new Set<Visitor>();
  came = 0;
  echoed = 0;
  turnedAway = 0;

  come(count: number, port: number): void {
    for (let i = 0; i < count; i += 1) getReactor().connectTCP('127.0.0.1', port, this);
    this.came += count;
  }

  leave(): void {
    for (const visitor of this.here) visitor.transport.loseConnection();
  }
}

// ---- the server

function startServer(): ChildProcess {
  const file = fileURLToPath(new URL('exhaustion-server.ts', import.meta.url));
  // What it logs, on standard error, is shown at the end.
  return spawn(process.execPath, [...process.execArgv, file], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}

// ---- the table

const COLUMNS = ['', 'clients', 'connected', 'served', 'shed', 'resumed'];

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(20) : String(cell).padStart(11))).join('');
}

/** On a terminal the last line of the table is live; elsewhere it is printed once, when it is final. */
function show(row: string, final: boolean): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${row}${final ? '\n' : ''}`);
  else if (final) console.log(row);
}

// ---- the play

const server = startServer();
const log = text(server.stderr!);
let [news] = (await once(server, 'message')) as [Report];
server.on('message', (message) => (news = message as Report));

const visitors = new Visitors();

/** Lets something happen, and shows for a while what comes of it. */
async function act(name: string, happen: () => void): Promise<void> {
  happen();
  for (let ms = 0; ms < ACT_MS; ms += 100) {
    await sleep(100);
    const row = line([name, visitors.came, news.open, news.served, news.shed, news.resumed]);
    show(row, ms + 100 >= ACT_MS);
  }
}

console.log(`A server with ${news.limit} descriptors, on tcp:${news.port}\n`);
console.log(line(COLUMNS));
await act('10 clients come', () => visitors.come(10, news.port));
for (const again of ['', ' again']) {
  await act(`300 come${again}`, () => visitors.come(300, news.port));
  await act(`all leave${again}`, () => visitors.leave());
  await act('10 clients come', () => visitors.come(10, news.port));
}
visitors.leave();

const { came, echoed, turnedAway } = visitors;
console.log(
  `\n${came} clients came. ${echoed} were served, ${turnedAway} were told that the server is full,`,
);
console.log(`${came - echoed - turnedAway} heard nothing. The server's log:\n`);
server.disconnect();
process.stdout.write(await log);
