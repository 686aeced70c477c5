/** heddle and the two netcats: OpenBSD's nc (netcat-openbsd) and socat. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ConnectionOptions, SlowReaderError } from '../../src/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { until } from '../acceptance/harness/deadline.js';
import { freePort } from '../acceptance/harness/free-port.js';
import { type Outcome, cell, isMissing } from './harness/cell.js';
import { Command } from './harness/command.js';
import { BIG } from './heddle/big.js';
import { Echo, Listener, connect, listenForStreams, reactor } from './heddle/meet.js';

type Words = readonly [string, ...(string | number)[]];

const QUESTION = 'q'.repeat(300_000);
const ANSWER = 'a'.repeat(300_000);

/** Sends its answer when the peer has ended its writing, and ends. */
function answering(): RecordingHalfCloseProtocol {
  return new RecordingHalfCloseProtocol({
    readLost: ({ transport }) => {
      transport.write(Buffer.from(ANSWER));
      transport.loseConnection();
    },
  });
}

/** Runs a client of heddle's, with the input it is to send. */
async function converse<P extends RecordingProtocol>(
  build: () => P,
  words: (port: number) => Words,
  input: string,
  options: ConnectionOptions & { readonly interface?: string } = {},
): Promise<{ readonly client: Command; readonly code: number; readonly protocol: P }> {
  await using listener = new Listener(build, options);
  await using client = new Command(words(listener.port), input);
  const code = await client.ended();
  const [protocol] = listener.protocols as [P];
  await protocol.transport.whenLost();
  return { client, code, protocol };
}

const nameOf = (protocol: RecordingProtocol): string => {
  const reason = protocol.reason?.value as (Error & { readonly code?: string }) | undefined;
  return [reason?.name, reason?.code].filter((word) => word !== undefined).join(' ');
};

async function peerHalfCloses(words: (port: number) => Words, host = '127.0.0.1'): Promise<Outcome> {
  const { client, code, protocol } = await converse(answering, words, QUESTION, { interface: host });
  const heard = protocol.received.toString();
  const { host: from } = protocol.transport.getPeer();
  return {
    passed:
      code === 0 &&
      client.output === ANSWER &&
      heard === QUESTION &&
      nameOf(protocol) === 'ConnectionDone' &&
      from === host,
    figure: `${heard.length} bytes from ${from}, FIN, ${client.output.length} bytes back, ${nameOf(protocol)}, exit code ${code}`,
  };
}

/** Sends its question and ends its writing at once. */
function asking(): RecordingHalfCloseProtocol {
  return new RecordingHalfCloseProtocol({
    made: ({ transport }) => {
      transport.write(Buffer.from(QUESTION));
      transport.loseWriteConnection();
    },
  });
}

function heardAfterFin(protocol: RecordingProtocol, expected: string, code: number): Outcome {
  const heard = protocol.received.toString();
  const events = protocol.events.filter((event) => event !== 'data').join(' ');
  return {
    passed: code === 0 && heard === expected && events === 'made writeLost readLost lost',
    figure: `${heard.length} bytes came after our FIN; ${events}, ${nameOf(protocol)}, exit code ${code}`,
  };
}

/** nc connects, and when it has seen all of the question, and FIN, it is given an answer to send. */
async function heddleHalfClosesForNc(): Promise<Outcome> {
  await using listener = new Listener(asking);
  await using client = new Command(['nc', '-N', '127.0.0.1', listener.port]);
  await until(
    () => client.output.length === QUESTION.length && listener.protocols[0]?.writeLost === true,
    5000,
  );
  client.write(ANSWER);
  client.end();
  const code = await client.ended();
  const [protocol] = listener.protocols;
  await protocol!.transport.whenLost();
  return heardAfterFin(protocol!, ANSWER, code);
}

/** socat listens, and sends everything back. */
async function heddleHalfClosesForSocat(): Promise<Outcome> {
  const port = await freePort();
  const place = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr`;
  await using server = new Command(['socat', '-d', '-d', '-t', 10, place, 'EXEC:cat']);
  await server.says(/listening on/, 'complaints');
  const protocol = await connect(asking(), port);
  const code = await server.ended();
  await protocol.transport.whenLost();
  return heardAfterFin(protocol, QUESTION, code);
}

async function heddleResets(): Promise<Outcome> {
  const { client, protocol } = await converse(
    () => new RecordingProtocol({ data: ({ transport }) => transport.abortConnection() }),
    (port) => ['socat', '-d', '-t', 10, '-', `TCP:127.0.0.1:${port}`],
    'hello',
  );
  const said = client.complaints.trim();
  return {
    passed: said.includes('Connection reset by peer') && nameOf(protocol) === 'ConnectionAborted',
    figure: `the peer says: ${said}`,
  };
}

/** A process that is killed with input unread: its kernel resets the connection. */
async function peerResets(): Promise<Outcome> {
  await using listener = new Listener(
    () => new RecordingProtocol({ made: ({ transport }) => void transport.write(Buffer.from('unread')) }),
  );
  await using socat = new Command(['socat', '-u', '-', `TCP:127.0.0.1:${listener.port}`]);
  socat.write('hello');
  await until(() => listener.protocols[0]?.received.toString() === 'hello', 5000);
  socat.kill('SIGKILL');
  const [protocol] = listener.protocols;
  await protocol!.transport.whenLost();
  return {
    passed: nameOf(protocol!) === 'ConnectionLost ECONNRESET',
    figure: `killed with input unread; heddle's reason is ${nameOf(protocol!)}`,
  };
}

/** A file there and back, through a stream of heddle's that pipes into itself. */
async function bigFile(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-interop-'));
  const [there, back] = [join(folder, 'there'), join(folder, 'back')];
  const port = listenForStreams((stream) => void pipeline(stream, stream).catch(() => {}));
  try {
    const file = randomBytes(BIG);
    writeFileSync(there, file);
    const place = `TCP:127.0.0.1:${port.getHost().port}`;
    await using socat = new Command([
      'socat',
      '-t',
      10,
      '-b',
      65_536,
      `OPEN:${there}!!CREATE:${back}`,
      place,
    ]);
    const code = await socat.ended();
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    const came = readFileSync(back);
    return {
      passed: code === 0 && digest(came) === digest(file),
      figure: `of ${file.length} bytes ${came.length} came back, exit code ${code} ${socat.complaints}`,
    };
  } finally {
    await port.stopListening();
    rmSync(folder, { recursive: true });
  }
}

/** It sends for ever and never reads: heddle queues little, takes no more from it, and after a while gives it up. */
async function neverReads(): Promise<Outcome> {
  await using listener = new Listener(() => new Echo(), { slowReaderTimeoutMs: 500 });
  await using socat = new Command(['socat', '-u', 'OPEN:/dev/zero', `TCP:127.0.0.1:${listener.port}`]);
  await socat.ended();
  const { transport, queuedMax, reason } = listener.protocols[0]!;
  await transport.whenLost();
  const said = socat.complaints.trim();
  return {
    passed:
      reason?.value instanceof SlowReaderError &&
      queuedMax > 65_536 &&
      queuedMax <= 65_536 + 262_144 &&
      transport.bytesRead < 100_000_000 &&
      /reset|Broken pipe/i.test(said),
    figure: `heddle read ${transport.bytesRead} bytes, queued ${queuedMax} at most, then: ${String(reason?.value)}`,
  };
}

if (!isMissing('nc', 'netcat-openbsd', 'nc')) {
  await cell('nc', 'half-close by the peer', () => peerHalfCloses((port) => ['nc', '-N', '127.0.0.1', port]));
  await cell('nc', 'half-close by heddle', heddleHalfClosesForNc);
  await cell('nc', 'IPv6', () => peerHalfCloses((port) => ['nc', '-N', '-6', '::1', port], '::1'));
}
if (!isMissing('socat', 'socat', 'socat')) {
  await cell('socat', 'half-close by the peer', () =>
    peerHalfCloses((port) => ['socat', '-t', 10, '-', `TCP:127.0.0.1:${port}`]),
  );
  await cell('socat', 'half-close by heddle', heddleHalfClosesForSocat);
  await cell('socat', 'reset by heddle', heddleResets);
  await cell('socat', 'reset by the peer', peerResets);
  await cell('socat', '60 MB both ways', bigFile);
  await cell('socat', 'never reads', neverReads);
  await cell('socat', 'IPv6', () =>
    peerHalfCloses((port) => ['socat', '-t', 10, '-', `TCP6:[::1]:${port}`], '::1'),
  );
}
reactor.close();
