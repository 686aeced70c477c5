import { spawnSync } from 'node:child_process';

import { REPOSITORY } from './paths.js';

/** Compiles heddle into dist/. Answers why that failed, or null. */
export function buildHeddle(): string | null {
  const npm = spawnSync('npm', ['run', '--silent', 'build'], { cwd: REPOSITORY, encoding: 'utf8' });
  if (npm.error !== undefined) return `npm can't be run: ${npm.error.message}`;
  if (npm.status === 0) return null;
  const complaints = npm.stdout.split('\n').filter((line) => line.includes('error'));
  return `npm run build failed with ${complaints.length} errors, the first: ${complaints[0] ?? npm.stderr.trim()}`;
}
