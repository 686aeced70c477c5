/**
 * heddle and programs that nobody here wrote, on the loopback interface, and what they exchange.
 *
 *     npm run interop                       all of them, under a minute; the matrix at the end
 *     npm run interop -- curl haproxy       some of them
 *     npm run interop -- --write            also puts the matrix into docs/interop.md; everything has to be there for that
 *
 * They need Debian's python3-twisted, netcat-openbsd, socat, curl, redis-tools and haproxy; a peer that isn't installed is skipped, aloud,
 * and has failed where CI=true.
 * A program prints a line for each cell (harness/cell.ts). It has failed as well if it leaves a cell out, ends with another code than 0,
 * or doesn't end in time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FAILED } from '../acceptance/harness/check.js';
import { command } from '../acceptance/harness/child.js';
import { within } from '../acceptance/harness/deadline.js';
import { read } from './harness/cell.js';
import { type Peer, table, undone } from './harness/matrix.js';
import { writeMatrix } from './harness/write-matrix.js';

/** Which program talks with whom. */
const PROGRAMS: Readonly<Record<string, readonly Peer[]>> = {
  twisted: ['Twisted, client', 'Twisted, server'],
  netcats: ['nc', 'socat'],
  curl: ['curl'],
  redis: ['redis-cli', 'redis-benchmark'],
  haproxy: ['HAProxy'],
  ws: ['ws, client', 'ws, server'],
};

const PROGRAM_MS_MAX = 60_000;

/** Where nobody looks at what was skipped, every peer has to be there. */
const IS_CI = process.env['CI'] === 'true';

const results = new Map<string, Map<string, boolean>>();
const skipped = new Set<string>();
let failed = 0;

function fail(what: string): void {
  failed += 1;
  console.log(`  ${FAILED}  ${what}`);
}

function take(line: string): void {
  console.log(`  ${line}`);
  const said = read(line);
  if (said === undefined) return;
  if (said.kind === 'skipped') {
    skipped.add(said.peer);
    if (IS_CI) fail(`${said.peer}: has to be there`);
    return;
  }
  const cells = results.get(said.peer) ?? new Map<string, boolean>();
  results.set(said.peer, cells.set(said.exchange, said.passed));
  if (!said.passed) failed += 1;
}

async function run(program: string): Promise<void> {
  console.log(`\n${program}`);
  const [node = '', ...args] = command(`../interop/${program}.ts`);
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', take);
  const ended = (await within(PROGRAM_MS_MAX, once(child, 'close'))) as
    [number | null, string | null] | undefined;
  child.kill('SIGKILL');
  if (ended === undefined) fail(`${program} didn't end within ${PROGRAM_MS_MAX / 1000} s`);
  else if (ended[0] !== 0) fail(`${program} ended with ${ended[1] ?? `exit code ${String(ended[0])}`}`);
}

const { writes, asked } = wordsOf(process.argv.slice(2));
const since = performance.now();
for (const program of asked) await run(program);

const due = asked.flatMap((program) => PROGRAMS[program] ?? []);
for (const missing of undone(results, (peer) => !skipped.has(peer) && due.some((other) => other === peer)))
  fail(`${missing}: wasn't run`);

console.log(`\n${table(results)}\n`);
const cells = [...results.values()].flatMap((exchanges) => [...exchanges.values()]);
const passed = cells.filter((cell) => cell).length;
const seconds = ((performance.now() - since) / 1000).toFixed(1);
console.log(`${passed} passed, ${failed} failed, ${skipped.size} peers skipped, ${seconds} s`);
process.exitCode = failed === 0 ? 0 : 1;

if (writes) {
  if (failed > 0 || undone(results, () => true).length > 0)
    throw new Error('docs/interop.md stays as it is: not every cell was run and passed');
  writeMatrix(fileURLToPath(new URL('../../docs/interop.md', import.meta.url)), table(results));
}

/** Throws a RangeError for what is no program. */
function wordsOf(words: readonly string[]): { writes: boolean; asked: readonly string[] } {
  const names = words.filter((word) => word !== '--write');
  const unknown = names.filter((name) => !Object.hasOwn(PROGRAMS, name));
  const known = Object.keys(PROGRAMS);
  if (unknown.length > 0)
    throw new RangeError(`There is no program ${unknown.join(', ')}: choose from ${known.join(', ')}`);
  return { writes: names.length < words.length, asked: names.length > 0 ? names : known };
}
