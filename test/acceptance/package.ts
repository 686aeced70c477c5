/** The package as its users get it: packed, installed into an empty folder, imported and required. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from './harness/check.js';
import { until } from './harness/deadline.js';
import { EchoClient } from './harness/echo-client.js';
import { RunningProgram } from './harness/running-program.js';

const PATIENCE_MS = 20_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = fileURLToPath(new URL('./package', import.meta.url));

interface Ending {
  readonly code: number | null;
  readonly said: string;
  readonly complaints: string;
}

function run(folder: string, program: string, ...args: readonly string[]): Ending {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  return { code: status, said: stdout.trim(), complaints: stderr.trim() };
}

/** Packs heddle, and installs it as `npm install heddle` would. */
function install(folder: string): void {
  const packed = run(root, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const file = packed.said.split('\n').at(-1) ?? '';
  check('npm packs it', packed.code === 0 && file.endsWith('.tgz'), file === '' ? packed.complaints : file);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const installed = run(folder, 'npm', 'install', '--no-audit', '--no-fund', `./${file}`);
  check(
    'npm installs it into an empty folder',
    installed.code === 0,
    installed.said.split('\n').at(-1) ?? '',
  );
  cpSync(programs, folder, { recursive: true });
}

/** Runs the programs of test/acceptance/package, each of which has to print what its first line says. */
function checkPrograms(folder: string): void {
  for (const [name, expected] of [
    ['entry-points.mjs', 'every entry point is there, by import and by require'],
    ['echo.mjs', 'hello'],
    ['threads.mjs', 'run `npm install piscina`'],
  ] as const) {
    const { code, said, complaints } = run(folder, process.execPath, name);
    check(
      `${name} runs in that folder`,
      code === 0 && said.includes(expected),
      said === '' ? complaints : said,
    );
  }
  const added = run(folder, 'npm', 'install', '--no-audit', '--no-fund', 'piscina');
  const { code, said, complaints } = run(folder, process.execPath, 'threads.mjs');
  check(
    'threads.mjs computes in another thread once piscina is installed',
    added.code === 0 && code === 0 && said === '42',
    said === '' ? complaints : said,
  );
}

const SERVED = `import { Protocol } from 'heddle';

export default class extends Protocol {
  dataReceived(data) {
    this.transport.write(data);
  }
}
`;

/** The command, as `npx heddle` finds it. */
async function checkCommand(folder: string): Promise<void> {
  const help = run(folder, 'npx', 'heddle', '--help');
  check(
    'npx heddle --help',
    help.code === 0 && help.said.startsWith('Usage: heddle'),
    help.said.split('\n')[0] ?? '',
  );
  writeFileSync(join(folder, 'served.mjs'), SERVED);
  const place = 'tcp:0:interface=127.0.0.1';
  await checkServer(folder, 'echo', place);
  await checkServer(folder, 'serve', 'served.mjs', '--listen', place);
  writeFileSync(join(folder, 'served.ts'), SERVED.replace('(data)', '(data: Buffer)'));
  const { typescript } = process.features as { readonly typescript?: unknown };
  if (Boolean(typescript)) await checkServer(folder, 'serve', 'served.ts', '--listen', place);
  else checkHint(folder, 'served.ts', '--listen', place);
}

/** This Node can't load TypeScript. */
function checkHint(folder: string, ...words: readonly string[]): void {
  const { code, complaints } = run(folder, 'npx', 'heddle', 'serve', ...words);
  check(
    `npx heddle serve ${words.join(' ')} says what is missing for that`,
    code === 1 && complaints.includes('set NODE_OPTIONS="--import tsx"'),
    complaints,
  );
}

async function checkServer(folder: string, ...words: readonly string[]): Promise<void> {
  const server = new RunningProgram(['npx', 'heddle', ...words], { cwd: folder, detached: true });
  await server.says(/^listening on /m);
  const client = new EchoClient(Number(/^listening on tcp:(\d+)/m.exec(server.output)?.[1] ?? 1));
  await until(() => client.state !== 'waiting', PATIENCE_MS);
  check(`npx heddle ${words.join(' ')}`, client.state === 'served', server.output.trim());
  client.leave();
  server.killGroup('SIGINT');
  await server.ended();
  const stopped = /Received SIGINT, stopping[^]* Closed\)/.test(server.complaints);
  check('and Ctrl-C stops it in order', stopped, server.complaints.trim().split('\n').at(-1) ?? '');
}

/** Programs with few descriptors read all these files at once. */
function checkFiles(folder: string): void {
  const dist = readdirSync(join(folder, 'node_modules/heddle/dist')).filter((name) => name.endsWith('.js'));
  check('what a program loads is in few files', dist.length <= 4, dist.join(', '));
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-package-'));
try {
  install(folder);
  checkPrograms(folder);
  await checkCommand(folder);
  checkFiles(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
