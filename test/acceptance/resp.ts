/**
 * The RESP server of the examples, as its users would try it: by hand, with nonsense, and under redis-benchmark where that is installed
 * (Debian: redis-tools).
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { check } from './harness/check.js';
import { command, start } from './harness/child.js';
import { until, within } from './harness/deadline.js';

const PATIENCE_MS = 30_000;
const REQUESTS = 20_000;
const TESTS = ['PING_MBULK', 'SET', 'GET', 'INCR'];

/** All that the server answers to some bytes, until the connection ends. */
async function converse(port: number, said: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(said, 'latin1');
  const answer = await within(PATIENCE_MS, text(socket));
  socket.destroy();
  return answer ?? 'nothing';
}

async function checkByHand(port: number): Promise<void> {
  const commands = ['SET a 1', 'INCR a', 'GET a', 'TTL a', 'DEL a b', 'GET a', 'NONSENSE', 'QUIT', 'PING'];
  const expected = "+OK\r\n:2\r\n$1\r\n2\r\n:-1\r\n:1\r\n$-1\r\n-ERR unknown command 'NONSENSE'\r\n+OK\r\n";
  const answer = await converse(port, commands.map((line) => `${line}\r\n`).join(''));
  check(
    'commands that come together are answered in order, and QUIT ends the connection',
    answer === expected,
    JSON.stringify(answer),
  );
  const refused = await converse(port, '*1\r\n$4\r\nPING\r\n*99999999\r\n');
  check(
    'what is above a limit is refused with an error, after what came before it',
    refused === '+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n',
    JSON.stringify(refused),
  );
}

/** The requests per second of each test that redis-benchmark reports, or what went wrong. */
async function benchmark(port: number, pipelined: number): Promise<Map<string, number> | string> {
  const words = [
    '-p',
    port,
    '-t',
    'ping_mbulk,set,get,incr',
    '-n',
    REQUESTS,
    '-P',
    pipelined,
    '-r',
    1000,
    '--csv',
  ];
  const child = start(['redis-benchmark', ...words.map(String)], ['ignore', 'pipe', 'pipe']);
  const said = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const code = (await within(PATIENCE_MS, exit))?.[0];
  child.kill('SIGKILL');
  const [output, complaints] = await said;
  if (code !== 0 || /err/i.test(output + complaints))
    return `exit code ${String(code)}: ${output}${complaints}`;
  return new Map(
    [...output.matchAll(/^"([A-Z_]+)","([\d.]+)"/gm)].map(([, name = '', rate]) => [name, Number(rate)]),
  );
}

async function checkBenchmark(port: number): Promise<void> {
  if (spawnSync('redis-benchmark', ['--version']).error !== undefined) {
    console.log(
      "redis-benchmark isn't installed (Debian: redis-tools), so the server isn't measured with it",
    );
    return;
  }
  for (const pipelined of [1, 16]) {
    const rates = await benchmark(port, pipelined);
    const complete = typeof rates !== 'string' && TESTS.every((test) => (rates.get(test) ?? 0) > 0);
    const figures =
      typeof rates === 'string' ? rates : [...rates].map(([test, rate]) => `${test} ${rate}/s`).join(', ');
    check(`redis-benchmark -P ${pipelined} ends without an error`, complete, figures);
  }
}

const server = start(command('../../examples/resp-server.ts', 'tcp:0:interface=127.0.0.1'), [
  'ignore',
  'pipe',
  'inherit',
]);
const exit = once(server, 'exit') as Promise<[number | null]>;
let said = '';
server.stdout!.on('data', (data: Buffer) => (said += data.toString()));
await until(() => said.endsWith('\n'), PATIENCE_MS);
const port = Number(/tcp:(\d+)/.exec(said)?.[1]);
await checkByHand(port);
await checkBenchmark(port);
server.kill('SIGTERM');
const code = (await within(PATIENCE_MS, exit))?.[0];
server.kill('SIGKILL');
check('SIGTERM ends it with exit code 0', code === 0, String(code));
