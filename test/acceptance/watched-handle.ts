/**
 * Whatever becomes of the handle by which Node's loop watches heddle (unref, close, garbage collection, exit, workers),
 * the process ends as it should: with its exit code, never by a signal.
 */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { check } from './harness/check.js';
import { command, start } from './harness/child.js';
import { within } from './harness/deadline.js';

/** By name: the exit code, and what is printed. */
const endings: readonly [program: string, code: number, output: string][] = [
  ['a port that is unref’d', 0, ''],
  ['a port that is unref’d and ref’d again', 0, 'still alive\n'],
  ['unref’d and ready at the natural end', 0, ''],
  ['unref’d and ready while others work', 0, 'many turns\n'],
  ['closed in a data callback, twice', 0, 'closed\n'],
  ['closed in a timed call, ready', 0, 'closed\n'],
  ['closed in connectionLost', 0, 'closed\n'],
  ['nobody refers to it, and garbage is collected', 0, 'all served\n'],
  ['made and closed 300 times, and garbage is collected', 0, '0 descriptors left\n'],
  ['exit in a data callback', 3, ''],
  ['exit with everything open', 4, ''],
  ['an exception in a turn, and a handler', 0, 'uncaughtException: thrown in a turn\n'],
  ['an exception in a turn, and no handler', 1, ''],
  ['SIGTERM while it runs', 0, 'stopped\n'],
  ['a worker closes its own by message', 0, 'the worker ended with 0\n'],
  ['a worker exits in a data callback', 0, 'the worker ended with 5\n'],
  ['a worker ends while unref’d and ready', 0, 'the worker ended with 0\n'],
];

const PATIENCE_MS = 30_000;
/** So many run at the same time. */
const PARALLEL = 3;

async function run(program: string, code: number, output: string): Promise<void> {
  const child = start(command('programs/endings.ts', program), ['ignore', 'pipe', 'pipe']);
  const said = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const ended = await within(PATIENCE_MS, once(child, 'close'));
  if (ended === undefined) child.kill('SIGKILL');
  const [out, err] = await said;
  const [exitCode, signal] = (ended ?? ['none', 'it hangs']) as [number | string | null, string | null];
  const figure = [`exit code ${exitCode ?? 'none'}`, signal, out.trim(), code === 1 ? '' : err.trim()];
  const asExpected =
    exitCode === code && out === output && (code === 1 ? err.includes('thrown in a turn') : err === '');
  check(program, asExpected, figure.filter(Boolean).join(', '));
}

const left = [...endings];
async function runSome(): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) await run(...next);
}
await Promise.all(Array.from({ length: PARALLEL }, runSome));
