/**
 * Do the tests notice when something is wrong? Each of the mutants is put into a copy of the source, alone, and the tests of
 * the floors around it are run: at least one has to fail.
 *
 *     npm run mutants                     all of them, a quarter of an hour
 *     npm run mutants -- reservation      those whose description has the word
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutants } from './mutants.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a copy needs; its modules are the project's own. */
const COPIED = ['src', 'test', 'tsconfig.json', 'package.json'];

/**
 * Tests that look at the kernel's side of heddle, the small ones first: mocha stops at the first that fails. A mutant of the
 * floors above names its own.
 */
const FLOORS = ['time', 'libc', 'tcp', 'reactor', 'conformance', 'faults'];

/** A mutant that makes the tests hang is noticed, too. */
const HANGS_AFTER_MS = 120_000;

interface Verdict {
  readonly caught: boolean;
  /** The first test that failed, or what else happened. */
  readonly by: string;
}

function testsIn(folder: string): string[] {
  const names = readdirSync(folder, { encoding: 'utf8', recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/** Runs the tests of these floors in a folder until one fails. */
function test(folder: string, floors: readonly string[]): Verdict {
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const files = floors.flatMap((floor) => testsIn(join(folder, 'test', floor)));
  const options = [
    '--no-config',
    '--extension',
    'ts',
    '--node-option',
    'import=tsx',
    '--node-option',
    'expose-gc',
  ];
  const hooks = ['--require', './test/hooks.ts', '--timeout', '20000', '--bail', '--reporter', 'json'];
  const { status, stdout, error } = spawnSync(process.execPath, [mocha, ...options, ...hooks, ...files], {
    cwd: folder,
    timeout: HANGS_AFTER_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error !== undefined) return { caught: true, by: `the tests don't end (${error.message})` };
  if (status === 0) return { caught: false, by: '' };
  return { caught: true, by: firstFailure(stdout.toString()) };
}

function firstFailure(report: string): string {
  const start = report.indexOf('\n{\n');
  try {
    const { failures } = JSON.parse(report.slice(start < 0 ? 0 : start)) as {
      failures: { fullTitle: string }[];
    };
    return failures[0]?.fullTitle ?? 'the tests end with an error';
  } catch {
    return 'the tests end with an error';
  }
}

/** Puts a mutant into the copy, has it tested, and takes it out again. */
function judge(folder: string, { file, from, to, floors = FLOORS }: Mutant): Verdict {
  const path = join(folder, file);
  const original = readFileSync(path, 'utf8');
  const places = original.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places for a mutant, not 1: ${from}`);
  writeFileSync(
    path,
    original.replace(from, () => to),
  );
  try {
    return test(folder, floors);
  } finally {
    writeFileSync(path, original);
  }
}

function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-mutants-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function run(words: readonly string[]): number {
  const chosen = mutants.filter(({ what }) => words.every((word) => what.includes(word)));
  const folder = makeCopy();
  let survivors = 0;
  try {
    const healthy = test(folder, [...new Set(chosen.flatMap(({ floors = FLOORS }) => floors))]);
    if (healthy.caught) throw new Error(`The tests fail without any mutant: ${healthy.by}`);
    for (const mutant of chosen) {
      const { caught, by } = judge(folder, mutant);
      if (!caught) survivors += 1;
      console.log(
        `${caught ? 'caught  ' : 'SURVIVED'}  ${mutant.what}${caught ? `\n          by: ${by}` : ''}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survivors} passed, ${survivors} failed`);
  return survivors === 0 && chosen.length > 0 ? 0 : 1;
}

process.exitCode = run(process.argv.slice(2));
