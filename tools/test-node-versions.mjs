/**
 * Runs the quick suite on every version of Node that is promised: `npm run test:nodes`, or `npm run test:nodes -- 24`.
 * Further arguments go to mocha. The quick suite leaves out what starts many processes, and whose subject isn't heddle itself:
 * the pages of the docs, the ported examples, the benchmarks' harness.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROMISED, installNode } from './install-node.mjs';

const QUICK = ['test/docs/**', 'test/examples/ported/**', 'test/bench/**'].flatMap((glob) => [
  '--ignore',
  glob,
]);
const root = join(import.meta.dirname, '..');
const isVersion = (word) => /^\d+(\.\d+)*$/.test(word);
const chosen = process.argv.slice(2).filter(isVersion);
const mochaArguments = process.argv.slice(2).filter((word) => !isVersion(word));

let failed = 0;
for (const version of chosen.length > 0 ? chosen : PROMISED) {
  const node = installNode(version);
  console.log(`\n==> the suite on Node ${run(node, ['--version'], 'pipe').stdout.toString().trim()}`);
  const { status, signal } = run(
    node,
    [join(root, 'node_modules/mocha/bin/mocha.js'), ...QUICK, ...mochaArguments],
    'inherit',
  );
  if (status === 0) continue;
  failed += 1;
  console.log(`FAIL  the suite on Node ${version} ended with ${signal ?? `code ${status}`}`);
}
process.exitCode = failed === 0 ? 0 : 1;

function run(command, words, stdio) {
  return spawnSync(command, words, { cwd: root, stdio });
}
