/** The other examples, run as their first lines say. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { check } from './harness/check.js';
import { command, start } from './harness/child.js';
import { until, within } from './harness/deadline.js';

const PATIENCE_MS = 30_000;

interface Ending {
  readonly code: number | null | undefined;
  readonly output: string;
  readonly complaints: string;
}

/** Runs an example to its end. */
async function run(example: string, args: readonly string[], input?: string): Promise<Ending> {
  const child = start(command(`../../examples/${example}`, ...args), ['pipe', 'pipe', 'pipe']);
  const said = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.stdin!.end(input);
  const code = (await within(PATIENCE_MS, exit))?.[0];
  child.kill('SIGKILL');
  const [output, complaints] = await said;
  return { code, output, complaints };
}

const BIG = 'All work and no play makes Jack a dull boy.\n'.repeat(50_000);

/** An echo server on `endpoint`, and what the echo client has to say to it. */
async function checkEcho(endpoint: string): Promise<void> {
  const server = start(command('../../examples/echo.ts', endpoint), ['ignore', 'pipe', 'inherit']);
  const exit = once(server, 'exit') as Promise<[number | null]>;
  let said = '';
  server.stdout!.on('data', (data: Buffer) => (said += data.toString()));
  await until(() => said.endsWith('\n'), PATIENCE_MS);
  const address = said.trim().replace('listening on ', '');
  check(`echo.ts ${endpoint} says where it listens`, address.startsWith('tcp:'), said.trim());

  const to = clientDescription(address);
  const word = await run('echo-client.ts', ['--to', to, 'hello', 'world']);
  check(
    'echo-client.ts prints its arguments’ echo',
    word.code === 0 && word.output === 'hello world\n',
    word.output.trim(),
  );
  const letter = await run('echo-client.ts', ['--to', to], BIG);
  const returned = `${letter.output.length} of ${BIG.length} bytes`;
  check(
    'echo-client.ts prints its standard input’s echo',
    letter.code === 0 && letter.output === BIG,
    returned,
  );

  server.kill('SIGTERM');
  const code = (await within(PATIENCE_MS, exit))?.[0];
  server.kill('SIGKILL');
  check('SIGTERM ends echo.ts with exit code 0', code === 0, String(code));
  const nobody = await run('echo-client.ts', ['--to', to, 'hello']);
  check('echo-client.ts without a server has exit code 1', nobody.code === 1, nobody.complaints.trim());
}

/** Two members of the chat, made with Node's own sockets. */
async function checkChat(): Promise<void> {
  const server = start(command('../../examples/chat-lines.ts', '0'), ['ignore', 'pipe', 'inherit']);
  const exit = once(server, 'exit') as Promise<[number | null]>;
  let said = '';
  server.stdout!.on('data', (data: Buffer) => (said += data.toString()));
  await until(() => said.endsWith('\n'), PATIENCE_MS);
  const port = Number(/tcp:(\d+)/.exec(said)?.[1]);
  const members = ['Ann', 'Bob'].map((nickname) => {
    const socket = connect(port, '127.0.0.1');
    const member = { socket, heard: '' };
    socket.on('data', (data) => (member.heard += data.toString()));
    socket.write(`${nickname}\r\n`);
    return member;
  });
  const [ann, bob] = members as [(typeof members)[0], (typeof members)[0]];
  await until(() => members.every(({ heard }) => heard.includes('Welcome')), PATIENCE_MS);
  ann.socket.write('Hello Bob\r\n/quit\r\n');
  const heard = await until(() => bob.heard.includes('<Ann> Hello Bob\nAnn has left\n'), PATIENCE_MS);
  check(
    'chat-lines.ts tells one member what the other says, and that he leaves',
    heard,
    JSON.stringify(bob.heard),
  );
  server.kill('SIGTERM');
  const code = (await within(PATIENCE_MS, exit))?.[0];
  server.kill('SIGKILL');
  for (const { socket } of members) socket.destroy();
  check('SIGTERM ends chat-lines.ts with exit code 0, with a member in the room', code === 0, String(code));
}

/** The same place, for those who connect to it. */
function clientDescription(serverDescription: string): string {
  return serverDescription.replace(/^tcp:(\d+):interface=(.*)$/, 'tcp:$2:$1');
}

function hostAndPort(serverDescription: string): string[] {
  const [, port = '', host = ''] = /^tcp:(\d+):interface=(.*)$/.exec(serverDescription) ?? [];
  return [host, port];
}

/** A child that goes on until it is told to end, and what it has printed so far. */
interface Running {
  readonly child: ChildProcess;
  said(): string;
  complained(): string;
  /** Sends SIGTERM; the answer is the exit code. */
  end(): Promise<number | null | undefined>;
}

function startExample(example: string, ...args: readonly string[]): Running {
  const child = start(command(`../../examples/${example}`, ...args), ['pipe', 'pipe', 'pipe']);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  let complained = '';
  child.stdout!.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr!.on('data', (data: Buffer) => (complained += data.toString()));
  const end = async (): Promise<number | null | undefined> => {
    child.kill('SIGTERM');
    const code = (await within(PATIENCE_MS, exit))?.[0];
    child.kill('SIGKILL');
    return code;
  };
  return { child, said: () => said, complained: () => complained, end };
}

/** Starts an echo server, and waits for the description of where it listens. */
async function startEcho(endpoint: string): Promise<[Running, string]> {
  const server = startExample('echo.ts', endpoint);
  await until(() => server.said().endsWith('\n'), PATIENCE_MS);
  return [server, server.said().trim().replace('listening on ', '')];
}

async function checkForwarder(): Promise<void> {
  const [server, address] = await startEcho('tcp:0:interface=127.0.0.1');
  const forwarder = startExample(
    'port-forwarder.ts',
    'tcp:0:interface=127.0.0.1',
    clientDescription(address),
    '--idle',
    '60',
    '--per-peer',
    '2',
  );
  await until(() => forwarder.said().endsWith('\n'), PATIENCE_MS);
  const [, from = ''] = /^forwarding (\S+) to/.exec(forwarder.said()) ?? [];
  check('port-forwarder.ts says what it forwards', from.startsWith('tcp:'), forwarder.said().trim());
  const letter = await run('echo-client.ts', ['--to', clientDescription(from)], BIG);
  check(
    'an echo comes back through port-forwarder.ts, the ends of writing too',
    letter.code === 0 && letter.output === BIG,
    `${letter.output.length} of ${BIG.length} bytes`,
  );
  await server.end();
  const nobody = await run('echo-client.ts', ['--to', clientDescription(from), 'hello']);
  check('a client is closed whose destination is gone', nobody.code === 1, nobody.complaints.trim());
  check(
    'port-forwarder.ts says why it could not forward',
    forwarder.complained().includes('Cannot forward to'),
    forwarder.complained().trim(),
  );
  const code = await forwarder.end();
  check('SIGTERM ends port-forwarder.ts with exit code 0', code === 0, String(code));
  const mistake = await run('port-forwarder.ts', ['tcp:0']);
  check(
    'port-forwarder.ts without a destination has exit code 1',
    mistake.code === 1,
    mistake.complaints.trim(),
  );
}

async function checkReconnecting(): Promise<void> {
  const [server, address] = await startEcho('tcp:0:interface=127.0.0.1');
  const client = startExample('reconnecting-client.ts', ...hostAndPort(address), '--initial-delay', '0.1');
  const connections = (): number => client.complained().split('connected\n').length - 1;
  const echoed = async (word: string): Promise<boolean> => {
    client.child.stdin!.write(`${word}\n`);
    return until(() => client.said().includes(`${word}\n`), PATIENCE_MS);
  };
  await until(() => connections() === 1, PATIENCE_MS);
  check('reconnecting-client.ts connects and talks', await echoed('one'), client.said().trim());
  await server.end();
  await until(() => /refused/.test(client.complained()), PATIENCE_MS);
  const [again] = await startEcho(address);
  await until(() => connections() === 2, PATIENCE_MS);
  check('reconnecting-client.ts comes back when the server does', await echoed('two'), connections());
  const exit = once(client.child, 'exit') as Promise<[number | null]>;
  client.child.stdin!.end();
  const code = (await within(PATIENCE_MS, exit))?.[0];
  check('reconnecting-client.ts ends with its standard input, with exit code 0', code === 0, String(code));
  client.child.kill('SIGKILL');
  await again.end();

  const hopeless = startExample(
    'reconnecting-client.ts',
    ...hostAndPort(address),
    '--initial-delay',
    '0.05',
    '--max-retries',
    '2',
  );
  const end = (await within(PATIENCE_MS, once(hopeless.child, 'exit'))) as [number | null] | undefined;
  hopeless.child.kill('SIGKILL');
  check(
    'reconnecting-client.ts has exit code 1 when it gives up',
    end?.[0] === 1 && hopeless.complained().includes('gives up after 2 retries'),
    String(end?.[0]),
  );
}

async function checkMistakes(): Promise<void> {
  for (const endpoint of ['tcp:', 'udp:9', 'tcp:70000', 'tcp:9:colour=red']) {
    const { code, complaints } = await run('echo.ts', [endpoint]);
    check(
      `echo.ts ${endpoint} has exit code 1 and says why`,
      code === 1 && complaints.includes('Bad endpoint'),
      complaints.trim(),
    );
  }
}

async function checkExhaustion(): Promise<void> {
  const { code, output } = await run('exhaustion.ts', []);
  const [, came, served, told, nothing] =
    /(\d+) clients came. (\d+) were served, (\d+) were told.*\s+(\d+) heard nothing/
      .exec(output)
      ?.map(Number) ?? [];
  const summary = `${String(came)} came, ${String(served)} served, ${String(told)} shed, ${String(nothing)} left hanging`;
  check(
    'exhaustion.ts ends with exit code 0 and leaves nobody hanging',
    code === 0 && nothing === 0,
    summary,
  );
}

await Promise.all([checkEcho('tcp:0:interface=127.0.0.1'), checkExhaustion()]);
await Promise.all([checkForwarder(), checkReconnecting()]);
await checkChat();
await checkMistakes();
const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
if (hasIPv6) await checkEcho('tcp:[::1]:0');
