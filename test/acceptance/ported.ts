/** The servers of examples/ported, run as their first lines say; what they do in full is tested in test/examples/ported. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './harness/check.js';
import { command, start } from './harness/child.js';
import { until, within } from './harness/deadline.js';
import { freePort } from './harness/free-port.js';

const PATIENCE_MS = 30_000;
/** How many programs are started at the same time. */
const TOGETHER = 4;

/** Says something to who listens there; what is answered, until the end or until it is as wanted. Undefined if nobody listens. */
async function ask(port: number, question: string, wanted: RegExp): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => {}); // `errored` tells.
  socket.write(question);
  await until(
    () => socket.readableEnded || socket.errored !== null || (answer !== '' && wanted.test(answer)),
    PATIENCE_MS,
  );
  socket.destroy();
  return socket.errored === null ? answer : undefined;
}

/** The same, of a program that is still starting. */
async function askAtLast(port: number, question: string, wanted: RegExp): Promise<string> {
  const since = performance.now();
  for (;;) {
    const answer = await ask(port, question, wanted);
    if (answer !== undefined) return answer;
    if (performance.now() - since > PATIENCE_MS) return 'nobody listens';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What is asked of a program, on each of its ports in turn, and what has to be answered. */
type Exchange = readonly [question: string, answer: RegExp];

interface Program {
  readonly file: string;
  /** What stands on the command line before the ports' endpoints. */
  readonly before?: readonly string[];
  readonly exchanges: readonly Exchange[];
}

async function run({ file, before = [], exchanges }: Program): Promise<void> {
  const ports = await Promise.all(exchanges.map(freePort));
  const places = ports.map((port) => `tcp:${port}:interface=127.0.0.1`);
  const name = [file, ...before].join(' ');
  const child: ChildProcess = start(command(`../../examples/ported/${file}`, ...before, ...places), [
    'ignore',
    'ignore',
    'pipe',
  ]);
  let complaints = '';
  child.stderr!.on('data', (data: Buffer) => (complaints += data.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  for (const [index, [question, wanted]] of exchanges.entries()) {
    const answer = await askAtLast(ports[index]!, question, wanted);
    check(`${name} answers on port ${index + 1}`, wanted.test(answer), JSON.stringify(answer.slice(0, 60)));
  }
  child.kill('SIGTERM');
  const code = (await within(PATIENCE_MS, closed))?.[0];
  child.kill('SIGKILL');
  check(`${name} ends with exit code 0, and without complaints`, code === 0 && complaints === '', complaints);
}

const users = join(tmpdir(), `heddle-finger-${process.pid}`);
writeFileSync(users, 'moira: in a file\n');

const GET = 'GET /moira HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const finger = (answer: RegExp): Exchange => ['moira\r\n', answer];
const programs: Program[] = [
  { file: 'chatserver.ts', exchanges: [['hello\r\n', /^<127\.0\.0\.1:\d+> hello\r\n$/]] },
  { file: 'streaming.ts', exchanges: [['3\r\n', /^How many\?\r\n(\d+\r\n){3}$/]] },
  { file: 'finger/finger03.ts', exchanges: [finger(/^$/)] },
  { file: 'finger/finger04.ts', exchanges: [finger(/^$/)] },
  { file: 'finger/finger05.ts', exchanges: [finger(/^moira: nobody/)] },
  { file: 'finger/finger06.ts', exchanges: [finger(/^moira: nobody/)] },
  { file: 'finger/finger08.ts', exchanges: [finger(/garden/)] },
  { file: 'finger/finger09.ts', exchanges: [finger(/garden/)] },
  { file: 'finger/finger12.ts', exchanges: [finger(/garden/)] },
  { file: 'finger/finger13.ts', exchanges: [finger(/garden/), ['moira\r\nOut\r\n', /^$/]] },
  { file: 'finger/finger14.ts', before: [users], exchanges: [finger(/^in a file\r\n$/)] },
  {
    file: 'finger/finger15.ts',
    before: [users],
    exchanges: [finger(/in a file/), [GET, /\r\n\r\nin a file\n$/]],
  },
  {
    file: 'finger/finger19.ts',
    exchanges: [finger(/garden/), ['moira\r\nOut\r\n', /^$/], [GET, /\r\n\r\nOut\n$/]],
  },
  { file: 'howto/quote.ts', exchanges: [['', /^\w.*\r\n$/]] },
  { file: 'howto/producers.ts', before: ['push'], exchanges: [['', /^(\d+\r\n){1000}/]] },
  { file: 'howto/producers.ts', before: ['pull'], exchanges: [['', /^(\d+\r\n){1000}/]] },
];

async function runInTurn(): Promise<void> {
  for (let next = programs.shift(); next !== undefined; next = programs.shift()) await run(next);
}

await Promise.all(Array.from({ length: TOGETHER }, runInTurn));
rmSync(users);
