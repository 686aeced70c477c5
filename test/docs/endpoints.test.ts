import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Factory } from '../../src/protocols/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { getDriver } from '../../src/libc/index.js';
import type { ConformanceEnvironment } from '../../src/testing/conformance/index.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

const guide = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');
const folder = new URL('listings/', import.meta.url);
const names = readdirSync(folder)
  .map((file) => /^endpoints-(.*)\.ts$/.exec(file)?.[1])
  .filter((name) => name !== undefined);

const blocks = (language: string): string[] =>
  [...guide.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(([, block = '']) =>
    block.trim(),
  );

/** The text of a listing as a user would write it. Prettier breaks lines by their length, which differs, so line breaks don't count. */
function listing(name: string): string {
  const program = readFileSync(new URL(`endpoints-${name}.ts`, folder), 'utf8');
  return squeezed(program.replace("'../../../src/index.js'", "'heddle'"));
}

const squeezed = (program: string): string => program.replaceAll(/\s+/g, '').replaceAll(/,(?=[}\])])/g, '');

/** Starts a program of this folder as systemd would, with what `socket` says as descriptor 3. What it writes to its standard error is shown. */
function start(
  file: string,
  args: readonly string[] = [],
  socket: 'ignore' | number = 'ignore',
): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  // The shell's own id stays with what it becomes: systemd sets the variables in just that moment.
  const words = [
    '-c',
    'export LISTEN_PID=$$; exec "$0" "$@"',
    process.execPath,
    '--import',
    'tsx',
    path,
    ...args,
  ];
  return spawn('sh', words, {
    stdio: ['ignore', 'pipe', 'inherit', socket],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: 'web' },
  });
}

/** What listings print, by their names; all must end by themselves, and well. One process for all: it takes a second to start. */
async function output(programs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const child = start(
    'run-listings.ts',
    programs.map((words) => `endpoints-${words}`),
  );
  const [printed, ended] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
  expect(ended, printed).to.deep.equal([0, null]);
  const parts = printed.split(/^== endpoints-(.*)$/m).slice(1);
  const tidy = (part = ''): string => part.trim().replaceAll(/ +$/gm, '');
  return new Map(programs.map((_, i) => [parts[2 * i] ?? '', tidy(parts[2 * i + 1])]));
}

/** A number that was free a moment ago. */
function freePort(): number {
  using reactor = new Reactor({ driver: getDriver() });
  return reactor.listenTCP(0, new Factory(), { interface: '127.0.0.1' }).getHost().port;
}

describe('docs/endpoints.md', () => {
  it('shows the listings of test/docs/listings, each of them and no others', () => {
    expect(blocks('ts').map(squeezed).sort()).to.deep.equal(names.map(listing).sort());
  });

  it('links only to what is there', () => {
    for (const [, target = ''] of guide.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(() => readdirSync(new URL(`../../docs/${target}`, import.meta.url)), target).not.to.throw();
    }
  });

  it('prints what it says it prints', async () => {
    const port = freePort();
    const where = `tcp:${port}:interface=127.0.0.1`;
    const printed = await output([
      'mistakes',
      'cancelling',
      'prefix',
      'resolver',
      'loops',
      'classes',
      `strings ${where} tcp:localhost:${port}`,
    ]);
    expect(['mistakes', 'cancelling', 'prefix'].map((name) => printed.get(name))).to.deep.equal(
      blocks('text'),
    );
    expect(guide).to.include(`prints \`${String(printed.get('resolver'))}\``);
    expect(printed.get('loops')).to.equal('over and back');
    expect(printed.get('classes')).to.match(/^connected to (127.0.0.1|::1)$/);
    expect(printed.get('strings')).to.equal(`listening on ${where}\nhello`);
  });
});

describeOnKernel('docs/endpoints.md, with servers that go on', (it) => {
  /** Ends a child after the test, if it hasn't ended. */
  function endAfterwards(env: ConformanceEnvironment, child: ChildProcess): Promise<unknown> {
    const exit = once(child, 'exit');
    env.addCleanup(async () => {
      child.kill('SIGKILL');
      await exit;
    });
    return exit;
  }

  it('serves many until it is told to stop', async (env) => {
    const listener = env.peers.listen();
    listener.stopAccepting();
    const child = start('listings/endpoints-serve.ts', ['fd:3:domain=INET'], listener.fileno());
    const exit = endAfterwards(env, child);
    const printed = text(child.stdout!);
    const peer = env.peers.connect(listener.address);
    peer.send('echo');
    await env.drive(() => peer.received.toString() === 'echo');
    child.kill('SIGTERM');
    peer.shutdownWrite();
    expect(await env.drive.result(exit)).to.deep.equal([0, null]);
    expect(await printed).to.equal('all have been served\n');
  });

  it("serves on systemd's socket", async (env) => {
    const listener = env.peers.listen();
    listener.stopAccepting();
    const child = start('listings/endpoints-systemd.ts', [], listener.fileno());
    const exit = endAfterwards(env, child);
    const peer = env.peers.connect(listener.address);
    await env.drive(() => peer.sawEnd);
    expect(peer.received.toString()).to.equal('welcome\n');
    child.kill('SIGTERM');
    expect(await env.drive.result(exit)).to.deep.equal([0, null]);
  });
});
