/**
 * Other versions of Node, from npm (the packages that hold Node's own binaries), kept in node_modules/.cache: nothing is
 * installed on the machine, and package.json doesn't know of them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What package.json's `engines` promises, from the oldest on: a version stands for the newest that begins with it. */
export const PROMISED = ['20.19', '22', '24', '26'];

/** The path of a node binary of this version. Throws an Error if npm can't bring it. */
export function installNode(version) {
  const folder = join(root, 'node_modules/.cache/heddle-nodes', version);
  const packageName = `node-linux-${process.arch}`;
  const binary = join(folder, 'node_modules', packageName, 'bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const words = [
    'install',
    '--no-save',
    '--no-package-lock',
    '--prefix',
    folder,
    `${packageName}@${version}`,
  ];
  const { status } = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0 && existsSync(binary)) return binary;
  throw new Error(`Node ${version} could not be installed from npm (${packageName})`);
}
