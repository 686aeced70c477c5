/** `npm start`, as a user does it: the echo server comes up, echoes, and goes when it is told to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { check, rounded } from './harness/check.js';
import { until, within } from './harness/deadline.js';
import { EchoClient } from './harness/echo-client.js';

const PATIENCE_MS = 20_000;

const npm = spawn('npm', ['start', '--', 'tcp:0:interface=127.0.0.1'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: ['ignore', 'pipe', 'ignore'],
  // In a group of their own, so that npm and all its children can be cleared away should they not go by themselves.
  detached: true,
});
const exit = once(npm, 'exit');
let announced: string | undefined;
createInterface({ input: npm.stdout }).on('line', (line) => {
  if (line.startsWith('listening on')) announced = line;
});

await until(() => announced !== undefined || npm.exitCode !== null, PATIENCE_MS);
const port = Number(/^listening on tcp:(\d+):interface=127\.0\.0\.1$/.exec(announced ?? '')?.[1]);
check('it says where it listens', port > 0, announced ?? 'nothing');

const client = new EchoClient(port > 0 ? port : 1);
await until(() => client.state !== 'waiting', PATIENCE_MS);
check('it echoes', client.state === 'served', `${client.state} after ${rounded(client.answeredMs)} ms`);

const since = performance.now();
npm.kill('SIGTERM');
const ended = (await within(PATIENCE_MS, exit)) as [number | null, string | null] | undefined;
const how = ended === undefined ? 'it goes on' : `exit code ${String(ended[0])}, signal ${String(ended[1])}`;
check(
  'SIGTERM ends it with exit code 0',
  ended?.[0] === 0,
  `${how}, ${rounded(performance.now() - since)} ms`,
);
await until(() => client.over, 2000);
check('the server is gone with it', client.over, client.over ? 'gone' : 'it goes on without npm');
try {
  process.kill(-(npm.pid ?? 0), 'SIGKILL');
} catch {
  // Nobody was left.
}
