/**
 * Builds dist/: `npm run build`, or `node tools/build.mjs DIR` for another folder.
 *
 * The JavaScript is bundled into a few files, the declarations come from tsc. Bundled because Node 20 reads all modules of
 * a graph at the same time: a program with few descriptors (a limit of 64, say) couldn't import some two hundred files, and
 * surviving on few descriptors is what heddle is for. What the entry points share is in chunks, so each thing exists
 * once whichever of them it came by.
 *
 * rollup bundles, since it leaves classes and their names as they are written. esbuild as a bundler turns classes into
 * expressions with other names, and its `keepNames` mends that by an Object.defineProperty for each closure that is
 * made, in the middle of hot paths. Here it only takes the types out.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { transform } from 'esbuild';
import { rollup } from 'rollup';

const root = join(import.meta.dirname, '..');
const outdir = resolve(process.argv[2] ?? join(root, 'dist'));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What package.json makes commands of. */
const commands = Object.values(packageJson.bin).map((target) => target.replace(/^\.\/dist\/|\.js$/g, ''));

/** Files that are loaded by their names, and by nobody's import. */
const programs = ['task/thread-worker', ...commands];

/** What package.json exports, `./defer` for one: the name of its file in dist/, and its source. */
const entries = Object.values(packageJson.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => target.default.replace(/^\.\/dist\/|\.js$/g, ''))
  .concat(programs)
  .map((name) => [name, join(root, 'src', `${name}.ts`)]);

/**
 * All floors go into one file, dist/heddle.js, and the entry points only name what is in it. Apart are the testing floor and
 * the command, which programs don't load, and what a thread of a pool loads, which has no use for the rest.
 */
function chunkOf(path) {
  const file = relative(join(root, 'src'), path);
  if (file === 'task/thread-error.ts') return 'thread-error';
  const isEntry = entries.some(([, source]) => source === path);
  return isEntry || /^(testing|command)\//.test(file) ? undefined : 'heddle';
}

/** The sources import each other by the names that they will have as JavaScript. */
const typescript = {
  name: 'typescript',
  resolveId(imported, importer) {
    return imported.startsWith('.') ? resolve(importer, '..', imported.replace(/\.js$/, '.ts')) : null;
  },
  async transform(code, path) {
    const { code: stripped, map } = await transform(code, {
      loader: 'ts',
      target: 'node20.19',
      sourcemap: 'external',
      sourcefile: relative(root, path),
      tsconfigRaw: readFileSync(join(root, 'tsconfig.json'), 'utf8'),
    });
    return { code: stripped, map };
  },
};

rmSync(outdir, { recursive: true, force: true });

const bundle = await rollup({
  input: Object.fromEntries(entries),
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  plugins: [typescript],
  // The package has no side effects (package.json says so), and its entry points keep all that they export.
  treeshake: { moduleSideEffects: false },
  // heddle/interfaces is types only: nothing is left of it, and that is right.
  onLog: (level, log, report) => log.code === 'EMPTY_BUNDLE' || report(level, log),
});
await bundle.write({
  dir: outdir,
  format: 'es',
  chunkFileNames: '[name].js',
  sourcemap: true,
  generatedCode: 'es2015',
  minifyInternalExports: false,
  manualChunks: chunkOf,
});
await bundle.close();
for (const command of commands) chmodSync(join(outdir, `${command}.js`), 0o755);

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const declarations = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', outdir];
const { status } = spawnSync(process.execPath, [tsc, ...declarations], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
