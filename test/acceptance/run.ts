/**
 * The acceptance programs: what heddle promises, looked at from the outside, with real processes under a real kernel.
 *
 *     npm run acceptance                      all of them, about a minute and a half
 *     npm run acceptance -- faults            some of them
 *
 * Deadlines and limits on processor time live here, and not in the unit tests. A program prints a line for each check
 * (harness/check.ts); it has failed as well if it prints none, ends with another code than 0, or doesn't end in time.
 */
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { FAILED, PASSED } from './harness/check.js';
import { command, start } from './harness/child.js';
import { within } from './harness/deadline.js';

const PROGRAMS = [
  'npm-start',
  'bad-input',
  'exhaustion',
  'faults',
  'beside-node',
  'watched-handle',
  'linear',
  'resp',
  'examples',
  'happy-eyeballs',
  'services',
  'command',
  'ported',
  'package',
  'tutorial',
] as const;

/** Each takes 15 s or less, but for `tutorial`, which takes about a minute; a machine that is busy with other things may be much slower. */
const PROGRAM_MS_MAX = 300_000;

interface Score {
  passed: number;
  failed: number;
}

async function run(program: string): Promise<Score> {
  console.log(`\n${program}`);
  const score: Score = { passed: 0, failed: 0 };
  const child = start(command(`${program}.ts`), ['ignore', 'pipe', 'inherit']);
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith(PASSED)) score.passed += 1;
    if (line.startsWith(FAILED)) score.failed += 1;
    console.log(`  ${line}`);
  });
  const ended = (await within(PROGRAM_MS_MAX, once(child, 'close'))) as
    [number | null, string | null] | undefined;
  child.kill('SIGKILL');
  const fault = faultOf(ended, score);
  if (fault !== undefined) {
    score.failed += 1;
    console.log(`  ${FAILED}  ${program} ${fault}`);
  }
  return score;
}

/** What is wrong with how a program has ended. */
function faultOf(
  ended: [number | null, string | null] | undefined,
  { passed, failed }: Score,
): string | undefined {
  if (ended === undefined) return `didn't end within ${PROGRAM_MS_MAX / 1000} s`;
  const [code, signal] = ended;
  if (code !== 0) return `ended with ${signal ?? `exit code ${String(code)}`}`;
  return passed + failed === 0 ? 'checked nothing' : undefined;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PROGRAMS.some((program) => program === name));
if (unknown.length > 0)
  throw new RangeError(`There is no program ${unknown.join(', ')}: choose from ${PROGRAMS.join(', ')}`);

const total: Score = { passed: 0, failed: 0 };
for (const program of asked.length > 0 ? asked : PROGRAMS) {
  const { passed, failed } = await run(program);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
