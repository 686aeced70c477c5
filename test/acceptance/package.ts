/**
 * The package as its users get it: packed, installed into an empty folder on a machine without a compiler, then
 * imported and required by every version of Node that is promised, and compiled against.
 */
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROMISED, installNode } from '../../tools/install-node.mjs';
import { check, rounded } from './harness/check.js';
import { checkCommand } from './harness/installed-command.js';
import { runToEnd } from './harness/run-to-end.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = fileURLToPath(new URL('./package', import.meta.url));

/** All that an install may need. Of what node-gyp needs (python3, make, g++) nothing is there. */
const TOOLS = ['node', 'npm', 'npx', 'env', 'sh'];

/** How far the size of an install may be from what the README says: dependencies have versions of their own. */
const SIZE_TOLERANCE = 0.15;

/** The path of a program, as a shell would find it; undefined if it isn't there. */
function find(tool: string): string | undefined {
  if (tool === 'node') return process.execPath;
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat(dirname(process.execPath));
  return folders
    .map((folder) => join(folder, tool))
    .find((path) => lstatSync(path, { throwIfNoEntry: false }));
}

/** A folder that has these tools and nothing else, to be the whole PATH. */
function makeBarePath(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of TOOLS) {
    const path = find(tool);
    if (path !== undefined) symlinkSync(path, join(bin, tool));
  }
  return bin;
}

/** Packs heddle, and installs it as `npm install heddle` would. */
function install(folder: string, path: string): void {
  const packed = runToEnd(root, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  const file = packed.said.split('\n').at(-1) ?? '';
  check('npm packs it', packed.code === 0 && file.endsWith('.tgz'), file === '' ? packed.complaints : file);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const compilers = ['g++', 'gcc', 'cc', 'make', 'python3'].filter(
    (tool) => runToEnd(folder, join(path, 'sh'), ['-c', `command -v ${tool}`], path).code === 0,
  );
  check('there is no compiler', compilers.length === 0, compilers.join(', ') || 'none');
  const words = ['install', '--no-audit', '--no-fund', `./${file}`];
  const installed = runToEnd(folder, join(path, 'npm'), words, path);
  check(
    'npm installs it into an empty folder',
    installed.code === 0,
    installed.said.split('\n').at(-1) || installed.complaints,
  );
  cpSync(programs, folder, { recursive: true });
}

/** What came along, and what didn't. */
function checkInstall(folder: string): void {
  const modules = join(folder, 'node_modules');
  const manifest = JSON.parse(readFileSync(join(modules, 'heddle/package.json'), 'utf8')) as Manifest;
  const scripts = Object.keys(manifest.scripts ?? {}).filter((name) => /^(pre|post)?install$/.test(name));
  check('it has no install script of its own', scripts.length === 0, scripts.join(', ') || 'none');
  const optional = Object.keys(manifest.peerDependencies ?? {}).filter(
    (name) => lstatSync(join(modules, name), { throwIfNoEntry: false }) !== undefined,
  );
  check('optional peers are left out', optional.length === 0, optional.join(', ') || 'none came along');
  // Programs with few descriptors read all these files at once.
  const dist = readdirSync(join(modules, 'heddle/dist')).filter((name) => name.endsWith('.js'));
  check('what a program loads is in few files', dist.length <= 4, dist.join(', '));
  checkSize(modules);
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The README says how much an install takes. */
function checkSize(modules: string): void {
  const megabytes = (folder: string): number => bytesIn(folder) / 1e6;
  const parts = ['heddle', 'koffi', '@koromix', '@logtape'].map(
    (name) => `${name} ${rounded(megabytes(join(modules, name)))}`,
  );
  const size = megabytes(modules);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const stated = Number(/(\d+(?:\.\d+)?) MB installed/.exec(readme)?.[1]);
  check(
    'an install takes what the README says',
    Math.abs(size / stated - 1) <= SIZE_TOLERANCE,
    `${rounded(size)} MB (${parts.join(', ')}), and it says ${stated}`,
  );
}

/** Sizes of the files, added up: what a disk makes of them depends on its blocks. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Runs the programs of test/acceptance/package on one Node; each has to print its sentence. */
function checkPrograms(folder: string, node: string): void {
  const { said: version } = runToEnd(folder, node, ['--version']);
  for (const [name, expected] of [
    ['entry-points.mjs', 'every entry point is there, by import and by require'],
    ['echo.mjs', 'hello'],
    ['required.cjs', 'hello by require'],
    ['threads.mjs', 'run `npm install piscina`'],
  ] as const) {
    const { code, said, complaints } = runToEnd(folder, node, [name]);
    const warned = /warning/i.test(complaints);
    check(
      `Node ${version} runs ${name}`,
      code === 0 && said.includes(expected),
      `${said === '' ? complaints : said}${warned ? ', with a warning' : ''}`,
    );
  }
}

/** The declarations, by themselves (skipLibCheck is off) and as a program sees them. */
function checkTypes(folder: string): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2023,esnext.disposable',
  ];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const { code, said } = runToEnd(folder, process.execPath, [tsc, ...options, ...types, 'typed.mts']);
  check(
    'its declarations compile by themselves and in a program',
    code === 0,
    said === '' ? 'no errors' : said,
  );
}

function checkThreads(folder: string): void {
  const added = runToEnd(folder, 'npm', ['install', '--no-audit', '--no-fund', 'piscina']);
  const { code, said, complaints } = runToEnd(folder, process.execPath, ['threads.mjs']);
  check(
    'threads.mjs computes in another thread once piscina is installed',
    added.code === 0 && code === 0 && said === '42',
    said === '' ? complaints : said,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-package-'));
const project = join(folder, 'project');
mkdirSync(project);
try {
  install(project, makeBarePath(folder));
  checkInstall(project);
  for (const version of PROMISED) checkPrograms(project, installNode(version));
  checkTypes(project);
  checkThreads(project);
  await checkCommand(project);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
