import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** How a program has ended, and what it had to say. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: readonly string[];
  readonly errors: string;
}

/** A program that would run for ever is ended after this time, so that its test fails instead of the whole run. */
const TOO_LONG_MS = 15_000;

/** Runs a TypeScript program of this folder in a process of its own. */
export async function runProgram(file: string, ...args: string[]): Promise<Ending> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', loader, '--expose-gc', path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TOO_LONG_MS,
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const [output, errors] = await said;
  return { code, signal, output: output.split('\n').slice(0, -1), errors };
}
