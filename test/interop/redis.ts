/** The tools of Redis and the server of examples/resp-server.ts. */
import { command } from '../acceptance/harness/child.js';
import { type Outcome, cell, isMissing } from './harness/cell.js';
import { Command } from './harness/command.js';

const REQUESTS = 20_000;
const TESTS = ['PING_MBULK', 'SET', 'GET', 'INCR'];

async function conversation(port: number): Promise<Outcome> {
  const big = 'x'.repeat(100_000);
  const said = ['PING', 'SET a 1', 'INCR a', 'GET a', 'DEL a', 'GET a', `SET b ${big}`, 'GET b', 'NONSENSE'];
  await using client = new Command(['redis-cli', '-p', port], said.map((line) => `${line}\n`).join(''));
  const code = await client.ended();
  const answers = client.output.trim().split('\n');
  const expected = ['PONG', 'OK', '2', '2', '1', '', 'OK', big, "ERR unknown command 'NONSENSE'"];
  return {
    passed: answers.filter((line, at) => line === expected[at]).length === expected.length,
    figure: `${answers.map((line) => (line.length > 40 ? `${line.length} bytes` : line)).join(', ')}; exit code ${code}`,
  };
}

async function benchmark(port: number, clients: number, pipelined: number): Promise<Outcome> {
  const words = ['-t', 'ping_mbulk,set,get,incr', '-n', REQUESTS, '-r', 1000, '--csv'];
  await using client = new Command([
    'redis-benchmark',
    ...['-p', port, '-c', clients, '-P', pipelined],
    ...words,
  ]);
  const code = await client.ended();
  const rates = [...client.output.matchAll(/^"([A-Z_]+)","([\d.]+)"/gm)];
  const right = TESTS.every((test) => rates.some(([, name, rate]) => name === test && Number(rate) > 0));
  return {
    passed: code === 0 && right && !/err/i.test(client.output + client.complaints),
    figure: rates.map(([, name = '', rate = '']) => `${name} ${rate}/s`).join(', '),
  };
}

await using server = new Command(
  command('../../examples/resp-server.ts', 'tcp:0:interface=127.0.0.1') as [string, ...string[]],
);
const port = Number(await server.says(/tcp:(\d+)/));
if (!isMissing('redis-cli', 'redis-tools', 'redis-cli'))
  await cell('redis-cli', 'RESP', () => conversation(port));
if (!isMissing('redis-benchmark', 'redis-tools', 'redis-benchmark')) {
  await cell('redis-benchmark', 'RESP', () => benchmark(port, 50, 16));
  await cell('redis-benchmark', 'many connections', () => benchmark(port, 500, 1));
}
server.kill('SIGTERM');
await server.ended();
