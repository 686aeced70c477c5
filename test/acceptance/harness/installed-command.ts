import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './check.js';
import { until } from './deadline.js';
import { EchoClient } from './echo-client.js';
import { runToEnd } from './run-to-end.js';
import { RunningProgram } from './running-program.js';

const PATIENCE_MS = 20_000;

const SERVED = `import { Protocol } from 'heddle';

export default class extends Protocol {
  dataReceived(data) {
    this.transport.write(data);
  }
}
`;

/** The command, as `npx heddle` finds it. */
export async function checkCommand(folder: string): Promise<void> {
  const help = runToEnd(folder, 'npx', ['heddle', '--help']);
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
  const { code, complaints } = runToEnd(folder, 'npx', ['heddle', 'serve', ...words]);
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
