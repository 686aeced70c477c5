/** Applications from the outside: how they start, how signals stop them, and with which exit codes. */
import { once } from 'node:events';
import { check, checkAtMost } from './harness/check.js';
import { command } from './harness/child.js';
import { until, within } from './harness/deadline.js';
import { RunningProgram } from './harness/running-program.js';
import { connected, stuck } from './harness/stuck-client.js';

const PATIENCE_MS = 30_000;
/** What examples/service.ts gives its clients. */
const GRACE_MS = 5000;

/** An example that goes on until it is told to stop. */
class RunningExample extends RunningProgram {
  constructor(example: string, ...args: readonly string[]) {
    super(command(`../../examples/${example}`, ...args));
  }
}

/** A running server and its port. */
async function serve(port = 0): Promise<[server: RunningExample, port: number]> {
  const server = new RunningExample('service.ts', `tcp:${port}:interface=127.0.0.1`);
  await server.says(/0 clients\n/);
  return [server, Number(/^tcp:(\d+):/.exec(server.output)?.[1])];
}

async function checkStop(): Promise<void> {
  const [server, port] = await serve();
  check('service.ts says where it listens', port > 0, server.output.trim());
  const client = await connected(port);
  let echoed = '';
  client.on('data', (data: Buffer) => (echoed += data.toString()));
  client.write('hello');
  await until(() => echoed === 'hello', PATIENCE_MS);
  const end = once(client, 'end');
  const since = performance.now();
  server.kill('SIGTERM');
  check(
    'SIGTERM ends the connection of a client in order',
    (await within(PATIENCE_MS, end)) !== undefined,
    echoed,
  );
  const code = await server.ended();
  check('SIGTERM stops service.ts with exit code 0', code === 0, String(code));
  checkAtMost(
    'which takes no grace period if nobody needs it',
    performance.now() - since,
    GRACE_MS / 2,
    'ms',
  );
  check(
    'and nothing was left undone',
    server.output.endsWith('stopped\n'),
    server.output.trim().split('\n').at(-1)!,
  );
}

async function checkGracePeriod(): Promise<void> {
  const [server, port] = await serve();
  const client = await stuck(port);
  const since = performance.now();
  server.kill('SIGTERM');
  const code = await server.ended();
  const tookMs = Math.round(performance.now() - since);
  client.destroy();
  check(
    'a client that doesn’t read holds the stop up for the grace period',
    tookMs >= GRACE_MS - 100,
    `${tookMs} ms`,
  );
  checkAtMost('and not for longer', tookMs, GRACE_MS + 3000, 'ms');
  check(
    'which is logged',
    server.complaints.includes('outlasted the grace period'),
    server.complaints.trim(),
  );
  check('and no reason for another exit code than 0', code === 0, String(code));
}

async function checkSecondSignal(): Promise<void> {
  const [server, port] = await serve();
  const client = await stuck(port);
  const since = performance.now();
  server.kill('SIGINT');
  await until(() => performance.now() - since > 300, PATIENCE_MS);
  server.kill('SIGINT');
  const code = await server.ended();
  const tookMs = performance.now() - since;
  client.destroy();
  check('a second SIGINT ends service.ts, with exit code 0', code === 0, String(code));
  checkAtMost('and doesn’t wait for the grace period', tookMs, GRACE_MS - 1000, 'ms');
}

async function checkPortTaken(): Promise<void> {
  const [server, port] = await serve();
  const second = new RunningExample('service.ts', `tcp:${port}:interface=127.0.0.1`);
  const code = await second.ended();
  check(
    'service.ts on a port that is taken has exit code 1 and says why',
    code === 1 && second.complaints.includes('EADDRINUSE'),
    second.complaints.trim(),
  );
  server.kill('SIGTERM');
  await server.ended();
}

async function checkClient(): Promise<void> {
  const [first, port] = await serve();
  const client = new RunningExample('client-service.ts', `tcp:127.0.0.1:${port}`);
  check('client-service.ts gets its echo', await client.says(/connected.*\nhello\n/), client.output.trim());
  first.kill('SIGTERM');
  await first.ended();
  check('it tries again when the server has gone', await client.says(/trying again/), client.output.trim());
  await client.says(/refused/);
  const [second] = await serve(port);
  const isBack = await client.says(/refused[^]*connected.*\nhello\n/);
  check('and is connected again when the server is back', isBack, client.output.trim().split('\n').at(-1)!);
  client.kill('SIGINT');
  const code = await client.ended();
  check('SIGINT stops it with exit code 0', code === 0, String(code));
  check('without complaints', client.complaints === '', client.complaints.trim());
  second.kill('SIGTERM');
  await second.ended();
}

await Promise.all([checkStop(), checkGracePeriod()]);
await Promise.all([checkSecondSignal(), checkPortTaken()]);
await checkClient();
