/** heddle and the two netcats: OpenBSD's nc (netcat-openbsd) and socat. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type ConnectionOptions,
  DuplexProtocol,
  type IInternetAddress,
  SlowReaderError,
} from '../../src/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { type Outcome, cell, isMissing } from './harness/cell.js';
import { Command, freePort } from './harness/command.js';
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
  const protocol = listener.protocols[0]!;
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
  const { host: from } = protocol.transport.getPeer() as IInternetAddress;
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

/** The peer listens; heddle sends, ends its writing, and reads what the peer sends on. */
async function heddleHalfCloses(
  words: (port: number) => Words,
  listening: RegExp,
  echoes: boolean,
): Promise<Outcome> {
  const port = await freePort();
  await using server = new Command(words(port));
  await server.says(listening, 'complaints');
  const protocol = await connect(
    new RecordingHalfCloseProtocol({
      made: ({ transport }) => {
        transport.write(Buffer.from(QUESTION));
        transport.loseWriteConnection();
      },
    }),
    port,
  );
  if (!echoes) {
    await server.says(/q$/);
    server.write(ANSWER);
    server.end();
  }
  const code = await server.ended();
  await protocol.transport.whenLost();
  const [heard, expected] = [protocol.received.toString(), echoes ? QUESTION : ANSWER];
  const events = protocol.events.filter((event) => event !== 'data').join(' ');
  return {
    passed:
      code === 0 &&
      heard === expected &&
      (echoes || server.output === QUESTION) &&
      events === 'made writeLost readLost lost',
    figure: `${heard.length} bytes came after our FIN; ${events}, ${nameOf(protocol)}, exit code ${code}`,
  };
}

async function heddleResets(words: (port: number) => Words, complaint: RegExp): Promise<Outcome> {
  const { client, code, protocol } = await converse(
    () => new RecordingProtocol({ data: ({ transport }) => transport.abortConnection() }),
    words,
    'hello',
  );
  const said = client.complaints.trim();
  return {
    passed: complaint.test(said) && nameOf(protocol) === 'ConnectionAborted',
    figure: `the peer says: ${said === '' ? 'nothing' : said} (exit code ${code})`,
  };
}

/** socat's own reset: SO_LINGER with 0 seconds. */
async function peerResets(): Promise<Outcome> {
  const { protocol } = await converse(
    () => new RecordingProtocol(),
    (port) => ['socat', '-u', '-', `TCP:127.0.0.1:${port},linger=0`],
    'hello',
  );
  return {
    passed: nameOf(protocol) === 'ConnectionLost ECONNRESET',
    figure: nameOf(protocol),
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
    const place = `TCP:127.0.0.1:${(port.getHost() as IInternetAddress).port}`;
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
  const { transport, queuedMax } = listener.protocols[0]!;
  const reason = await transport
    .drained()
    .toPromise()
    .catch((error: unknown) => error);
  await transport.whenLost();
  return {
    passed:
      queuedMax > 65_536 &&
      queuedMax <= 2 * 65_536 &&
      transport.bytesRead < 100_000_000 &&
      /reset|Broken pipe/i.test(socat.complaints),
    figure: `heddle read ${transport.bytesRead} bytes, queued ${queuedMax} at most; the peer says: ${socat.complaints.trim()} ${String(reason)}`,
  };
}

if (!isMissing('nc', 'netcat-openbsd', 'nc')) {
  await cell('nc', 'half-close by the peer', () => peerHalfCloses((port) => ['nc', '-N', '127.0.0.1', port]));
  await cell('nc', 'half-close by heddle', () =>
    heddleHalfCloses((port) => ['nc', '-v', '-N', '-l', '127.0.0.1', port], /Listening on/, false),
  );
  await cell('nc', 'reset by heddle', () => heddleResets((port) => ['nc', '-v', '127.0.0.1', port], /reset/));
  await cell('nc', 'IPv6', () => peerHalfCloses((port) => ['nc', '-N', '-6', '::1', port], '::1'));
}
if (!isMissing('socat', 'socat', 'socat')) {
  await cell('socat', 'half-close by the peer', () =>
    peerHalfCloses((port) => ['socat', '-t', 10, '-', `TCP:127.0.0.1:${port}`]),
  );
  await cell('socat', 'half-close by heddle', () =>
    heddleHalfCloses(
      (port) => ['socat', '-d', '-d', '-t', 10, `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr`, 'EXEC:cat'],
      /listening on/,
      true,
    ),
  );
  await cell('socat', 'reset by heddle', () =>
    heddleResets((port) => ['socat', '-t', 10, '-', `TCP:127.0.0.1:${port}`], /reset/),
  );
  await cell('socat', 'reset by the peer', peerResets);
  await cell('socat', '60 MB both ways', bigFile);
  await cell('socat', 'never reads', neverReads);
  await cell('socat', 'IPv6', () =>
    peerHalfCloses((port) => ['socat', '-t', 10, '-', `TCP6:[::1]:${port}`], '::1'),
  );
}
reactor.close();
