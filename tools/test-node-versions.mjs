/**
 * Runs the test suite on other versions of Node: `npm run test:nodes`, or `npm run test:nodes -- 24`.
 *
 * The versions come from npm (the packages that hold Node's own binaries) into node_modules/.cache, so nothing is
 * installed on the machine and package.json doesn't know of them. Further arguments go to mocha.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const PROMISED = ['22', '24', '26'];

const root = join(import.meta.dirname, '..');
const chosen = process.argv.slice(2).filter((word) => /^\d+$/.test(word));
const mochaArguments = process.argv.slice(2).filter((word) => !/^\d+$/.test(word));

let failed = 0;
for (const version of chosen.length > 0 ? chosen : PROMISED) {
  const node = install(version);
  console.log(`\n==> the suite on Node ${run(node, ['--version'], 'pipe').stdout.toString().trim()}`);
  const { status } = run(node, [join(root, 'node_modules/mocha/bin/mocha.js'), ...mochaArguments], 'inherit');
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;

/** The path of a node binary of this major version. */
function install(version) {
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
  const { status } = run('npm', words, 'inherit');
  if (status === 0 && existsSync(binary)) return binary;
  console.error(`Node ${version} could not be installed from npm (${packageName})`);
  process.exit(1);
}

function run(command, words, stdio) {
  return spawnSync(command, words, { cwd: root, stdio });
}
