/**
 * Builds dist/: `npm run build`.
 *
 * The JavaScript is bundled into a few files by esbuild, the declarations come from tsc. Bundled because Node 20 reads
 * all modules of a graph at the same time: a program with few descriptors (a limit of 64, say) couldn't import some two hundred
 * files, and surviving on few descriptors is what heddle is for. What the entry points share is in chunks, so each thing
 * exists once whichever of them it came by.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const outdir = words[0] === undefined ? join(root, 'dist') : join(process.cwd(), words[0]);

rmSync(outdir, { recursive: true, force: true });

await build({
  absWorkingDir: root,
  entryPoints: [
    'src/index.ts',
    'src/application/index.ts',
    'src/defer/index.ts',
    'src/endpoints/index.ts',
    'src/interfaces/index.ts',
    'src/libc/index.ts',
    'src/protocols/index.ts',
    'src/task/index.ts',
    'src/task/thread-worker.ts',
    'src/testing/index.ts',
  ],
  outbase: 'src',
  outdir,
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  keepNames: true,
  sourcemap: true,
});

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const declarations = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', outdir];
const { status } = spawnSync(process.execPath, [tsc, ...declarations], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
