/** HAProxy as a TCP proxy in front of examples/echo.ts, and what it does when the server is killed. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { command } from '../acceptance/harness/child.js';
import { until } from '../acceptance/harness/deadline.js';
import { Crowd, slowestEchoMs } from '../acceptance/harness/echo-client.js';
import { freePort } from '../acceptance/harness/free-port.js';
import { type Outcome, cell, isMissing } from './harness/cell.js';
import { Command } from './harness/command.js';
import { BIG } from './heddle/big.js';
import { Listener, listenForStreams, reactor } from './heddle/meet.js';

const CROWD = 200;
const PATIENCE_MS = 10_000;
const CHECK_MS = 50;
const CHECKS = `
  option tcp-check
  tcp-check send hello
  tcp-check expect string hello`;

/** HAProxy in front of one server of this machine. It ends, and its folder goes, with the block that holds it. */
class Proxy implements AsyncDisposable {
  readonly #command: Command;
  readonly #folder: string;

  private constructor(
    readonly port: number,
    backend: number,
    checks: boolean,
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), 'heddle-interop-'));
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, configuration(port, backend, checks));
    this.#command = new Command(['haproxy', '-db', '-f', file]);
  }

  /** With `checks`, the server is asked every now and then whether it echoes. */
  static async start(backend: number, { checks = false } = {}): Promise<Proxy> {
    const proxy = new Proxy(await freePort(), backend, checks);
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      if (await isListening(proxy.port)) return proxy;
      await sleep(20);
    }
    await proxy[Symbol.asyncDispose]();
    throw new Error(`HAProxy doesn't listen: ${proxy.#command.complaints}`);
  }

  /** Waits until it has logged that the server has reset a connection while data was exchanged. */
  async sawServerReset(): Promise<string> {
    return this.#command.says(/ended (SD)\n/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }
}

function configuration(port: number, backend: number, checks: boolean): string {
  return `
global
  maxconn 2000
  log stdout format raw local0
defaults
  mode tcp
  log global
  log-format "ended %ts"
  timeout connect 2s
  timeout client 20s
  timeout server 20s
listen heddle
  bind 127.0.0.1:${port}
${checks ? CHECKS : ''}
  server one 127.0.0.1:${backend} ${checks ? `check inter ${CHECK_MS}ms` : ''}
`;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answer = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return answer;
}

/** Says something, ends its writing, and hears what comes until the end; how it ended. */
async function converse(port: number, said: string | Buffer): Promise<{ heard: Buffer; end: string }> {
  const socket = connect(port, '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (data: Buffer) => pieces.push(data));
  let end = 'in order';
  socket.on('error', (error: Error & { code?: string }) => (end = error.code ?? error.message));
  socket.end(said);
  await once(socket, 'close');
  return { heard: Buffer.concat(pieces), end };
}

async function peerHalfCloses(): Promise<Outcome> {
  const [question, answer] = ['q'.repeat(300_000), 'a'.repeat(300_000)];
  await using listener = new Listener(
    () =>
      new RecordingHalfCloseProtocol({
        readLost: ({ transport }) => {
          transport.write(Buffer.from(answer));
          transport.loseConnection();
        },
      }),
  );
  await using proxy = await Proxy.start(listener.port);
  const { heard, end } = await converse(proxy.port, question);
  const protocol = listener.protocols.find(({ received }) => received.length > 0);
  const asked = protocol?.received.toString() === question;
  return {
    passed: asked && heard.toString() === answer && end === 'in order',
    figure: `${protocol?.received.length ?? 0} bytes, FIN, ${heard.length} bytes back, ended ${end}`,
  };
}

async function big(): Promise<Outcome> {
  const port = listenForStreams((stream) => void pipeline(stream, stream).catch(() => {}));
  try {
    await using proxy = await Proxy.start(port.getHost().port);
    const file = randomBytes(BIG);
    const { heard, end } = await converse(proxy.port, file);
    return {
      passed: heard.equals(file) && end === 'in order',
      figure: `of ${file.length} bytes ${heard.length} came back, ended ${end}`,
    };
  } finally {
    await port.stopListening();
  }
}

async function heddleResets(): Promise<Outcome> {
  await using listener = new Listener(
    () => new RecordingProtocol({ data: ({ transport }) => transport.abortConnection() }),
  );
  await using proxy = await Proxy.start(listener.port);
  const { heard, end } = await converse(proxy.port, 'hello');
  const seen = await proxy.sawServerReset();
  return {
    passed: heard.length === 0 && seen === 'SD',
    figure: `HAProxy logs ${seen}, and ends its client's connection ${end}`,
  };
}

/** Each check connects, has something echoed, and leaves as HAProxy does. (Without something to say it resets before it is connected.) */
async function healthChecks(): Promise<Outcome> {
  await using listener = new Listener(
    () => new RecordingProtocol({ data: ({ transport }, data) => void transport.write(data) }),
  );
  const { protocols } = listener;
  await using proxy = await Proxy.start(listener.port, { checks: true });
  await until(() => protocols.filter(({ lost }) => lost).length >= 10, PATIENCE_MS);
  const reasons = new Map<string, number>();
  for (const { reason } of protocols) {
    const { name, code = '' } = (reason?.value ?? { name: 'open' }) as { name: string; code?: string };
    const text = `${name} ${code}`.trim();
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const client = new Crowd(proxy.port, 1);
  await client.answered(PATIENCE_MS);
  const served = client.count('served');
  await client.leave();
  return {
    passed: (reasons.get('open') ?? 0) <= 1 && protocols.length >= 10 && served === 1,
    figure: `${[...reasons].map(([reason, count]) => `${count} x ${reason}`).join(', ')}; a client among them is served`,
  };
}

async function startEcho(port: number): Promise<Command> {
  const server = new Command(
    command('../../examples/echo.ts', `tcp:${port}:interface=127.0.0.1`) as [string, ...string[]],
  );
  await server.says(/tcp:(\d+)/);
  return server;
}

async function manyConnections(): Promise<Outcome> {
  const port = await freePort();
  await using server = await startEcho(port);
  await using proxy = await Proxy.start(port);
  const crowd = new Crowd(proxy.port, CROWD);
  await crowd.answered(PATIENCE_MS);
  const slowestMs = await slowestEchoMs(crowd.served);
  const figure = `${crowd.toString()}; the slowest second echo took ${Math.round(slowestMs)} ms`;
  const passed = crowd.served.length === CROWD && Number.isFinite(slowestMs);
  const left = await crowd.leave();
  return { passed: passed && left && server.complaints === '', figure };
}

/** The clients hear of the end, and those that come when the server is back are served. */
async function killedBackend(): Promise<Outcome> {
  const port = await freePort();
  const killed = await startEcho(port);
  await using proxy = await Proxy.start(port);
  const crowd = new Crowd(proxy.port, CROWD);
  await crowd.answered(PATIENCE_MS);
  const served = crowd.served.length;
  const since = performance.now();
  await killed[Symbol.asyncDispose]();
  await until(() => crowd.clients.every((client) => client.over), PATIENCE_MS);
  const over = crowd.clients.filter((client) => client.over).length;
  const tookMs = Math.round(performance.now() - since);
  // The old connections are in TIME_WAIT or worse; a port of heddle's is bound all the same.
  await using again = await startEcho(port);
  const later = new Crowd(proxy.port, CROWD);
  await later.answered(PATIENCE_MS);
  const servedAgain = later.served.length;
  await later.leave();
  return {
    passed: served === CROWD && over === CROWD && servedAgain === CROWD && again.complaints === '',
    figure: `${served} served, ${over} ended within ${tookMs} ms of the kill, ${servedAgain} served by its successor on the port`,
  };
}

if (!isMissing('haproxy', 'haproxy', 'HAProxy')) {
  await cell('HAProxy', 'half-close by the peer', peerHalfCloses);
  await cell('HAProxy', '60 MB both ways', big);
  await cell('HAProxy', 'reset by heddle', heddleResets);
  await cell('HAProxy', 'health checks', healthChecks);
  await cell('HAProxy', 'many connections', manyConnections);
  await cell('HAProxy', 'killed backend', killedBackend);
}
reactor.close();
