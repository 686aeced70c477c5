import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { BENCH, BUILD } from './paths.js';

const SOURCES = join(BENCH, 'c');

const PROGRAMS = {
  'epoll-echo': ['epoll-echo.c'],
  load: ['load.c', 'load-connect.c', 'load-echo.c', 'load-storm.c', 'measure.c', 'sockets.c'],
} as const;

/** Thrown where there is no gcc and a program would have to be compiled. */
export class CompilerMissing extends Error {}

/**
 * The path of a program of bench/c/, compiled anew if a source is newer than it. Throws CompilerMissing, or an
 * Error with what gcc said.
 */
export function compiled(program: keyof typeof PROGRAMS): string {
  const binary = join(BUILD, program);
  if (modified(binary) > newestSource()) return binary;
  mkdirSync(BUILD, { recursive: true });
  const sources = PROGRAMS[program].map((source) => join(SOURCES, source));
  const gcc = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-o', binary, ...sources], { encoding: 'utf8' });
  if (gcc.error !== undefined) throw new CompilerMissing(`${program} needs gcc: ${gcc.error.message}`);
  if (gcc.status !== 0) throw new Error(`gcc can't compile ${program}:\n${gcc.stderr}`);
  return binary;
}

/** The first line of `gcc --version`, or null if there is no gcc. */
export function compilerVersion(): string | null {
  const gcc = spawnSync('gcc', ['--version'], { encoding: 'utf8' });
  return gcc.status === 0 ? (gcc.stdout.split('\n')[0] ?? null) : null;
}

function newestSource(): number {
  return Math.max(...readdirSync(SOURCES).map((name) => modified(join(SOURCES, name))));
}

/** When the file was last written, in ms; 0 if it isn't there. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
