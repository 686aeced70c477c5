import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';

import { gccVersion, goVersion } from './compile.js';
import { REPOSITORY } from './paths.js';
import { pythonVersions } from './python.js';

/** What figures have to be read beside. */
export type Machine = Readonly<Record<string, string>>;

const MISSING = 'not there';

/** The machine and the versions of all that takes part. */
export function describeMachine(driver: string | null): Machine {
  const processors = cpus();
  const { python, twisted, uvloop } = pythonVersions();
  return {
    processor: `${processors[0]?.model ?? 'unknown'}, ${processors.length} of them`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    node: process.version,
    heddle: [packageVersion('.'), commit()].filter((part) => part !== '').join(', '),
    driver: driver ?? 'default',
    koffi: packageVersion('node_modules/koffi'),
    ...(driver === 'ffi-napi' ? { 'ffi-napi': packageVersion('node_modules/ffi-napi') } : {}),
    gcc: gccVersion() ?? MISSING,
    go: goVersion() ?? MISSING,
    python: python ?? MISSING,
    twisted: twisted ?? MISSING,
    uvloop: uvloop ?? MISSING,
    'load average': loadavg()[0]!.toFixed(2),
  };
}

function packageVersion(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return version;
  } catch {
    // Only for the reader's information: a package that isn't there shows when its driver is loaded.
    return MISSING;
  }
}

/** The commit of the working tree and whether src/ differs from it; empty where git can't tell. */
function commit(): string {
  const git = (...words: string[]) => spawnSync('git', ['-C', REPOSITORY, ...words], { encoding: 'utf8' });
  const head = git('rev-parse', '--short', 'HEAD');
  if (head.status !== 0) return '';
  const changed = git('status', '--porcelain', '--', 'src').stdout !== '';
  return `commit ${head.stdout.trim()}${changed ? ' and changes' : ''}`;
}
