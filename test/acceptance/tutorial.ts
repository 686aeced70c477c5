/**
 * The tutorial and the how-tos on a clean machine: an empty folder, heddle packed and installed in it as the tutorial says, all
 * programs type-checked there, and every command given that the pages show.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Page, pathOf } from '../docs/as-written/page.js';
import { Terminal } from '../docs/as-written/terminal.js';
import { check } from './harness/check.js';
import { within } from './harness/deadline.js';

const PAGE_MS_MAX = 60_000;

/** The folder of examples of each page. */
const PAGES = {
  'docs/tutorial/1-echo.md': 'tutorial',
  'docs/tutorial/2-chat.md': 'tutorial',
  'docs/tutorial/3-line-protocol.md': 'tutorial',
  'docs/tutorial/4-service.md': 'tutorial',
  'docs/clients.md': 'clients',
  'docs/back-pressure.md': 'back-pressure',
  'docs/logging.md': 'logging',
  'docs/beside-node-http.md': 'http',
  'docs/many-reactors.md': 'reactors',
};

interface Ending {
  readonly passed: boolean;
  readonly said: string;
}

const run = promisify(execFile);

async function command(folder: string, words: string): Promise<Ending> {
  try {
    const { stdout } = await run('sh', ['-c', words], { cwd: folder });
    return { passed: true, said: stdout.trim().split('\n').at(-1) ?? '' };
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return { passed: false, said: `${stdout}${stderr}`.trim() };
  }
}

/** Does what the tutorial says a reader has to do, with what `npm pack` makes of this repository. */
async function prepare(folder: string): Promise<void> {
  const guide = new Page('docs/tutorial/README.md');
  const packed = await command(pathOf('.'), `npm pack --silent --pack-destination ${folder}`);
  const [setUp] = guide.blocks.filter(({ language }) => language === 'sh');
  for (const words of setUp!.text.trim().split('\n')) {
    const ending = await command(folder, words.replace(/\S+\.tgz/, `./${packed.said}`));
    check(words, ending.passed, ending.said);
  }
  const logtape = await command(folder, 'npm install @logtape/logtape');
  check('npm install @logtape/logtape', logtape.passed, logtape.said);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    guide.blocks.find(({ language }) => language === 'json')!.text,
  );
  for (const name of new Set(Object.values(PAGES))) {
    cpSync(pathOf(`examples/${name}`), join(folder, name), { recursive: true });
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

/** Plays a page; what went wrong, or undefined. */
async function play(page: Page, folder: string, exactly: boolean): Promise<string | undefined> {
  const terminal = new Terminal({ folder, exactly });
  try {
    const playing = (async () => {
      for (const block of page.blocks) await terminal.play(block);
      return terminal.quiet ? 'as written' : 'a program goes on';
    })();
    playing.catch(() => {}); // It may fail when nobody waits any more.
    const how = (await within(PAGE_MS_MAX, playing)) ?? 'not through in time';
    return how === 'as written' ? undefined : how;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await terminal.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-tutorial-'));
try {
  await prepare(folder);
  const types = await command(folder, 'npx --no-install tsc');
  check('npx tsc finds all programs correct', types.passed, types.said === '' ? 'no errors' : types.said);
  const exactly = (await isFree(8007)) && (await isFree(8008));
  const playAll = async (pages: readonly (readonly [path: string, name: string])[]): Promise<void> => {
    for (const [path, name] of pages) {
      const fault = await play(new Page(path), join(folder, name), exactly);
      const how = exactly ? 'every command' : 'on other ports, since 8007 or 8008 is taken';
      check(`${path} happens as written`, fault === undefined, fault ?? how);
    }
  };
  // The steps of the tutorial all have the same port.
  const pages = Object.entries(PAGES);
  await Promise.all([
    playAll(pages.filter(([, name]) => name === 'tutorial')),
    playAll(pages.filter(([, name]) => name !== 'tutorial')),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
