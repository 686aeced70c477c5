import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { BENCH, BUILD } from './paths.js';

interface Program {
  /** The folder of bench/ with its sources. */
  readonly folder: string;
  /** What compiles them into the binary. */
  command(binary: string): readonly [compiler: string, ...words: string[]];
}

const inC = (...sources: readonly string[]): Program => ({
  folder: join(BENCH, 'c'),
  command: (binary) => [
    'gcc',
    ...['-O2', '-Wall', '-Wextra', '-o', binary],
    ...sources.map((source) => join(BENCH, 'c', source)),
  ],
});

const PROGRAMS = {
  'epoll-echo': inC('epoll-echo.c', 'server.c'),
  'epoll-discard': inC('epoll-discard.c', 'server.c'),
  'epoll-source': inC('epoll-source.c', 'server.c'),
  load: inC(
    'load.c',
    'load-bulk.c',
    'load-connect.c',
    'load-echo.c',
    'measure.c',
    'page-cache.c',
    'sockets.c',
  ),
  'go-echo': {
    folder: join(BENCH, 'go'),
    command: (binary: string) => ['go', 'build', '-o', binary, join(BENCH, 'go', 'echo.go')],
  },
} as const satisfies Readonly<Record<string, Program>>;

/** Thrown where the compiler of a program isn't there. */
export class CompilerMissing extends Error {}

/**
 * The path of a program of bench/c/ or bench/go/, compiled anew if a source is newer than it. Throws CompilerMissing,
 * or an Error with what the compiler said.
 */
export function compiled(name: keyof typeof PROGRAMS): string {
  const program = PROGRAMS[name];
  const binary = join(BUILD, name);
  if (modified(binary) > newestSource(program.folder)) return binary;
  mkdirSync(BUILD, { recursive: true });
  const [compiler, ...words] = program.command(binary);
  const { error, status, stderr } = spawnSync(compiler, words, { encoding: 'utf8' });
  if (error !== undefined) throw new CompilerMissing(`${name} needs ${compiler}: ${error.message}`);
  if (status !== 0) throw new Error(`${compiler} can't compile ${name}:\n${stderr}`);
  return binary;
}

/** The first line of `gcc --version`, or null if there is no gcc. */
export function gccVersion(): string | null {
  return firstLine('gcc', '--version');
}

/** The line of `go version`, or null if there is no Go. */
export function goVersion(): string | null {
  return firstLine('go', 'version');
}

function firstLine(program: string, word: string): string | null {
  const { status, stdout } = spawnSync(program, [word], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? null) : null;
}

function newestSource(folder: string): number {
  return Math.max(...readdirSync(folder).map((name) => modified(join(folder, name))));
}

/** When the file was last written, in ms; 0 if it isn't there. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
