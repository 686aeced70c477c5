/**
 * Packs heddle and has the tarball looked at as it would be published: by publint (does package.json say what is there?) and
 * by are-the-types-wrong (does TypeScript find types for each entry point, and the right ones?). `npm run package:check`.
 *
 * attw's profile leaves out node10, TypeScript's resolution from before `exports`; and it is told that `require` of an ES module is
 * no mistake, since every Node that `engines` allows can do it. See docs/decisions/package.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-tarball-'));

/** Runs a program in the project's folder, showing what it says. True if it ends with 0. */
function run(program, ...words) {
  return spawnSync(program, words, { cwd: root, stdio: 'inherit' }).status === 0;
}

try {
  const packed = run('npm', 'pack', '--silent', '--pack-destination', folder);
  const tarball = join(folder, readdirSync(folder)[0] ?? '');
  const bin = (name) => join(root, 'node_modules/.bin', name);
  const checks = packed && [
    run(bin('publint'), 'run', tarball, '--strict'),
    run(
      bin('attw'),
      tarball,
      '--profile',
      'node16',
      '--ignore-rules',
      'cjs-resolves-to-esm',
      '--format',
      'table-flipped',
    ),
  ];
  process.exitCode = checks !== false && checks.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
