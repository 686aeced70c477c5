/** The program `heddle` from the outside: what it serves, how signals stop it, what it logs, and its exit codes. */
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { check, checkAtMost } from './harness/check.js';
import { command } from './harness/child.js';
import { until, within } from './harness/deadline.js';
import { EchoClient } from './harness/echo-client.js';
import { RunningProgram } from './harness/running-program.js';
import { connected, stuck } from './harness/stuck-client.js';

const PATIENCE_MS = 30_000;
const SOMEWHERE = 'tcp:0:interface=127.0.0.1';
const module = (name: string): string => fileURLToPath(new URL(`../docs/command/${name}`, import.meta.url));

class Heddle extends RunningProgram {
  constructor(...words: readonly string[]) {
    super(command('../../src/command/heddle.ts', ...words));
  }

  /** Where it listens, once it has said so. */
  async port(): Promise<number> {
    await this.says(/^listening on /);
    return Number(/^listening on tcp:(\d+):interface=127\.0\.0\.1$/m.exec(this.output)?.[1]);
  }
}

async function isEchoing(port: number): Promise<boolean> {
  const client = new EchoClient(port);
  await until(() => client.state !== 'waiting', PATIENCE_MS);
  client.leave();
  return client.state === 'served';
}

/** What the server says until it ends the connection. */
async function heard(socket: Socket): Promise<string> {
  return (await within(PATIENCE_MS, text(socket))) ?? '(it went on)';
}

async function checkEcho(): Promise<void> {
  const server = new Heddle('echo', SOMEWHERE);
  const port = await server.port();
  check('heddle echo echoes', await isEchoing(port), server.output.trim());
  const client = await connected(port);
  const rest = heard(client);
  client.write('last words');
  await until(() => client.bytesRead > 0, PATIENCE_MS);
  const since = performance.now();
  server.kill('SIGTERM');
  check('SIGTERM ends a connection in order', (await rest) === 'last words', await rest);
  const code = await server.ended();
  check('and heddle echo with exit code 0', code === 0, String(code));
  checkAtMost('in no time if nobody needs any', performance.now() - since, 2500, 'ms');
  check(
    'its standard output has nothing but where it listens',
    /^listening on [^\n]*\n$/.test(server.output),
    JSON.stringify(server.output),
  );
  check(
    'its log is text, on standard error',
    /^\S+ \[-\] heddle\.command info: Received SIGTERM, stopping/m.test(server.complaints),
    server.complaints.split('\n').at(-4) ?? '',
  );
}

async function checkGrace(): Promise<void> {
  const server = new Heddle('echo', SOMEWHERE, '--grace', '1.5', '--log', 'json');
  const client = await stuck(await server.port());
  const since = performance.now();
  server.kill('SIGTERM');
  const code = await server.ended();
  const tookMs = Math.round(performance.now() - since);
  client.destroy();
  check('a client that doesn’t read has --grace', tookMs >= 1450, `${tookMs} ms`);
  checkAtMost('and no longer', tookMs, 4500, 'ms');
  check('which is exit code 0 all the same', code === 0, String(code));
  const lines = server.complaints
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const warned = lines.find(({ level }) => level === 'warning');
  check(
    '--log json is an object in each line',
    /outlasted the grace period/.test(String(warned?.['message'])),
    JSON.stringify(warned),
  );
}

async function checkSecondSignal(): Promise<void> {
  const server = new Heddle('echo', SOMEWHERE, '--grace', '20');
  const client = await stuck(await server.port());
  server.kill('SIGINT');
  await server.complains(/Received SIGINT, stopping/);
  await sleep(200); // Two at the same time count as one.
  const since = performance.now();
  server.kill('SIGINT');
  const code = await server.ended();
  client.destroy();
  check('a second SIGINT ends it with exit code 130', code === 130, String(code));
  checkAtMost('and at once', performance.now() - since, 5000, 'ms');
}

async function checkMistakes(): Promise<void> {
  const server = new Heddle('echo', SOMEWHERE);
  const port = await server.port();
  const second = new Heddle('echo', `tcp:${port}:interface=127.0.0.1`);
  const taken = await second.ended();
  check(
    'a port that is taken is exit code 1 and a line that says so',
    taken === 1 && /fatal: Couldn't listen .*EADDRINUSE/.test(second.complaints) && second.output === '',
    second.complaints.trim(),
  );
  server.kill('SIGTERM');
  await server.ended();
  const wrong = new Heddle('echo', '--prot', '80');
  const usage = await wrong.ended();
  check(
    'a mistake in the command line is exit code 2 and a hint',
    usage === 2 && wrong.complaints.endsWith('See heddle echo --help\n'),
    wrong.complaints.trim().replace('\n', ' / '),
  );
}

async function checkForward(): Promise<void> {
  const echo = new Heddle('echo', SOMEWHERE);
  const echoPort = await echo.port();
  const forward = new Heddle('forward', SOMEWHERE, `tcp:127.0.0.1:${echoPort}`, '--grace', '20');
  const port = await forward.port();
  check(
    'heddle forward passes on what comes, and what comes back',
    await isEchoing(port),
    forward.output.trim(),
  );
  const client = await connected(port);
  const rest = heard(client);
  client.write('one ');
  await until(() => client.bytesRead > 0, PATIENCE_MS);
  forward.kill('SIGTERM');
  await forward.complains(/Received SIGTERM, stopping/);
  const late = new EchoClient(port);
  await until(() => late.over, PATIENCE_MS);
  client.end('two');
  check('stopped, it lets a connection go on to its end', (await rest) === 'one two', await rest);
  check('and takes no other', late.state === 'closed', late.state);
  const code = await forward.ended();
  check('then it ends with exit code 0', code === 0, String(code));
  echo.kill('SIGTERM');
  await echo.ended();
  await checkNoDestination(echoPort);
}

/** Nobody listens at `port` any more. */
async function checkNoDestination(port: number): Promise<void> {
  const forward = new Heddle('forward', SOMEWHERE, `tcp:127.0.0.1:${port}`);
  const client = new EchoClient(await forward.port());
  await until(() => client.over, PATIENCE_MS);
  const line = /Cannot forward to .*/.exec(forward.complaints)?.[0] ?? 'nothing';
  check(
    'a client for whom there is no way is let go, and the log says why',
    client.state === 'closed' && /refused/.test(line),
    line,
  );
  forward.kill('SIGTERM');
  await forward.ended();
}

async function checkServeFactory(): Promise<void> {
  const server = new Heddle(
    'serve',
    module('shout.ts'),
    '--listen',
    SOMEWHERE,
    '-l',
    'tcp:0:interface=127.0.0.2',
  );
  await server.says(/127\.0\.0\.2\n/);
  const [first = 0, second = 0] = [
    ...server.output.matchAll(/^listening on tcp:(\d+):interface=127\.0\.0\.[12]$/gm),
  ].map(([, port]) => Number(port));
  check(
    'heddle serve serves a factory at each --listen',
    first > 0 && second > 0,
    server.output.trim().replace('\n', ', '),
  );
  const client = await connected(first);
  const rest = heard(client);
  client.write('hello\n');
  await until(() => client.bytesRead > 0, PATIENCE_MS);
  server.kill('SIGTERM');
  check('with the module’s protocol', (await rest) === 'HELLO\n', JSON.stringify(await rest));
  const code = await server.ended();
  check('and SIGTERM stops it with exit code 0', code === 0, String(code));
}

async function checkServeApplication(): Promise<void> {
  process.env['DAYTIME_ENDPOINT'] = SOMEWHERE;
  const server = new Heddle('serve', module('application.ts'));
  await server.complains(/starting on \d+/);
  const client = await connected(Number(/starting on (\d+)/.exec(server.complaints)?.[1]));
  const said = await heard(client);
  check(
    'heddle serve runs an application, whose services listen where they want',
    /^\d{4}-.*Z\n$/.test(said),
    said.trim(),
  );
  server.kill('SIGINT');
  const code = await server.ended();
  check('and SIGINT stops it with exit code 0', code === 0, String(code));
  check('its standard output is the application’s own', server.output === '', JSON.stringify(server.output));
}

async function checkServeMistake(): Promise<void> {
  const file = fileURLToPath(new URL('../command/modules/mistake.mjs', import.meta.url));
  const server = new Heddle('serve', file, '--listen', SOMEWHERE);
  const code = await server.ended();
  check(
    'a module that throws is exit code 1, and its stack is shown',
    code === 1 && /A mistake in the module\n +at .*mistake\.mjs/.test(server.complaints),
    server.complaints.split('\n').slice(0, 2).join(' '),
  );
}

await Promise.all([checkEcho(), checkGrace()]);
await Promise.all([checkSecondSignal(), checkMistakes()]);
await Promise.all([checkForward(), checkServeFactory()]);
await Promise.all([checkServeApplication(), checkServeMistake()]);
