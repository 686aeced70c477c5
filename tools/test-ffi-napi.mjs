#!/usr/bin/env node
/**
 * Runs the tests on the ffi-napi driver. Its packages are optional for users and compile when they are installed, so
 * they aren't among the project's dependencies: they are installed here, pinned and without being saved, if they
 * aren't there. Arguments go to mocha, and mocha's exit code comes back.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The one place of the pins. The names are aliases: the original packages don't build on the Nodes of today. */
const pins = [
  { alias: 'ffi-napi', name: '@2060.io/ffi-napi', version: '4.0.9' },
  { alias: 'ref-napi', name: '@2060.io/ref-napi', version: '3.0.6' },
];

/** What node-gyp compiles with. */
const compilers = ['python3', 'make', 'g++'];

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program in the project's folder, its output going where ours goes. The answer is its exit code. */
function run(command, args, environment = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) fail(`${command} can't be run: ${error.message}`);
  if (signal !== null) fail(`${command} was ended by ${signal}`);
  return status;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Whether the package is there in the pinned version. Whether it was built is for `loads` to say. */
function isInstalled({ alias, name, version }) {
  const path = join(root, 'node_modules', alias, 'package.json');
  if (!existsSync(path)) return false;
  const found = JSON.parse(readFileSync(path, 'utf8'));
  return found.name === name && found.version === version;
}

/** Whether both can be loaded, in a process of their own. */
function loads() {
  const program = pins.map(({ alias }) => `require('${alias}');`).join(' ');
  return spawnSync(process.execPath, ['-e', program], { cwd: root }).status === 0;
}

function install() {
  const missing = compilers.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (missing.length > 0) {
    fail(
      `ffi-napi is compiled when it is installed, and that needs ${missing.join(' and ')}: install that first`,
    );
  }
  const packages = pins.map(({ alias, name, version }) => `${alias}@npm:${name}@${version}`);
  // They are optional peers of the project, which npm leaves out unless asked for as something else; nothing is saved.
  const options = ['--save-dev', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  const code = run('npm', ['install', ...options, ...packages], headers());
  if (code !== 0) fail(`npm couldn't install ${packages.join(' and ')}: see its messages above`);
}

/** Node's own headers, where they lie beside it: node-gyp would have to download them otherwise. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}

if (!pins.every(isInstalled) || !loads()) {
  install();
  if (!loads())
    fail(
      `ffi-napi and ref-napi are installed, but can't be loaded: were their install scripts kept from running?`,
    );
}

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
process.exitCode = run(process.execPath, [mocha, ...process.argv.slice(2)], { HEDDLE_FFI: 'ffi-napi' });
