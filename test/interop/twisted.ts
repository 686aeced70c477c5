/** heddle and Twisted (python3-twisted), each as the server and as the client of the other. Twisted's side is peers/twisted_peer.py. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type IProtocol, LineReceiver, type ITCPTransport } from '../../src/index.js';
import { RecordingHalfCloseProtocol, RecordingProtocol } from '../../src/testing/conformance/index.js';
import { type Outcome, cell, skip } from './harness/cell.js';
import { Command } from './harness/command.js';
import { AskBig, BIG } from './heddle/big.js';
import { Asking, Echoing, FRAMED, type FramedProtocol, ITEMS } from './heddle/framed.js';
import { Echo, Listener, connect, reactor } from './heddle/meet.js';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('peers/twisted_peer.py', import.meta.url));
const SOME = 200_000;
const CROWD = 300;
/** The default high-water mark of a connection, and the largest piece that may come on top of it. */
const QUEUED_MAX = 65_536 + 262_144;

type Role = 'client' | 'server';
type Connected = IProtocol & { readonly transport: ITCPTransport };

/** What Twisted says at the end of an exchange; each has some of these. */
interface Report {
  readonly same: boolean;
  readonly items: number;
  readonly received: number;
  readonly answered: number;
  readonly reason: string;
  readonly events: readonly string[];
}

/** Makes an exchange: Twisted in its role, heddle in the other with the protocols that `build` gives. All connections have ended then. */
async function meet<P extends Connected>(
  role: Role,
  exchange: string,
  build: () => P,
  count = 1,
): Promise<[Report, P[]]> {
  if (role === 'client') {
    await using listener = new Listener(build);
    await using twisted = new Command([PYTHON, SCRIPT, role, exchange, listener.port]);
    const report = await reportOf(twisted);
    await Promise.all(listener.protocols.map(({ transport }) => transport.whenLost()));
    return [report, listener.protocols];
  }
  await using twisted = new Command([PYTHON, SCRIPT, role, exchange]);
  const port = Number(await twisted.says(/^(\d+)\n/));
  const protocols = await Promise.all(Array.from({ length: count }, () => connect(build(), port)));
  const report = await reportOf(twisted);
  await Promise.all(protocols.map(({ transport }) => transport.whenLost()));
  return [report, protocols];
}

async function reportOf(twisted: Command): Promise<Report> {
  const line = await twisted.says(/^(\{.*\})\n/m);
  await twisted.ended();
  if (twisted.complaints !== '') throw new Error(twisted.complaints);
  return JSON.parse(line) as Report;
}

async function framed(role: Role, exchange: keyof typeof FRAMED): Promise<Outcome> {
  const [report, [protocol]] = await meet(
    role,
    exchange,
    (): FramedProtocol => new FRAMED[exchange](role === 'client' ? new Echoing() : new Asking()),
  );
  const { right } = protocol!.conversation;
  return {
    passed: report.same && report.items === ITEMS && right === ITEMS && report.reason === 'ConnectionDone',
    figure: `of ${ITEMS} Twisted got ${report.items} and heddle ${right}; ${report.reason}`,
  };
}

function nameOf(protocol: RecordingProtocol): string {
  const reason = protocol.reason?.value as (Error & { readonly code?: string }) | undefined;
  if (reason === undefined) return 'not lost';
  return reason.code === undefined ? reason.name : `${reason.name} (${reason.code})`;
}

function told(report: Report, protocol: RecordingProtocol): string {
  const events = protocol.events.filter((event) => event !== 'data').join(' ');
  return `Twisted got ${report.received}, ${report.events.join(' ')} ${report.reason}; heddle ${protocol.received.length}, ${events}, ${nameOf(protocol)}`;
}

async function peerHalfCloses(role: Role): Promise<Outcome> {
  const [report, [protocol]] = await meet(
    role,
    'peer-half-closes',
    () =>
      new RecordingHalfCloseProtocol({
        readLost: ({ transport }) => {
          transport.write(Buffer.alloc(SOME, 'a'));
          transport.loseConnection();
        },
      }),
  );
  const passed =
    report.received === SOME &&
    report.events.join() === 'write,read' &&
    report.reason === 'ConnectionDone' &&
    protocol!.received.length === SOME &&
    nameOf(protocol!) === 'ConnectionDone';
  return { passed, figure: told(report, protocol!) };
}

async function heddleHalfCloses(role: Role): Promise<Outcome> {
  const [report, [protocol]] = await meet(
    role,
    'heddle-half-closes',
    () =>
      new RecordingHalfCloseProtocol({
        made: ({ transport }) => {
          transport.write(Buffer.alloc(SOME, 'q'));
          transport.loseWriteConnection();
        },
      }),
  );
  const events = protocol!.events.filter((event) => event !== 'data').join();
  const passed =
    report.received === SOME &&
    report.events[0] === 'read' &&
    report.reason === 'ConnectionDone' &&
    protocol!.received.length === SOME &&
    events === 'made,writeLost,readLost,lost' &&
    nameOf(protocol!) === 'ConnectionDone';
  return { passed, figure: told(report, protocol!) };
}

async function peerAborts(role: Role): Promise<Outcome> {
  const [report, [protocol]] = await meet(
    role,
    'peer-aborts',
    () => new RecordingProtocol({ made: ({ transport }) => void transport.write(Buffer.from('hello')) }),
  );
  const passed = report.reason === 'ConnectionAborted' && nameOf(protocol!) === 'ConnectionLost (ECONNRESET)';
  return { passed, figure: told(report, protocol!) };
}

async function heddleAborts(role: Role): Promise<Outcome> {
  const [report, [protocol]] = await meet(
    role,
    'heddle-aborts',
    () => new RecordingProtocol({ data: ({ transport }) => transport.abortConnection() }),
  );
  const passed = report.reason === 'ConnectionLost' && nameOf(protocol!) === 'ConnectionAborted';
  return { passed, figure: told(report, protocol!) };
}

async function big(role: Role): Promise<Outcome> {
  const since = performance.now();
  const later = (seconds: number, f: () => void): unknown => reactor.callLater(seconds, f);
  const [report, [protocol]] = await meet(role, 'big', () =>
    role === 'client' ? new Echo() : new AskBig(later),
  );
  const tookMs = Math.round(performance.now() - since);
  const same = protocol instanceof AskBig ? protocol.same() : report.same;
  const { queuedMax } = protocol!;
  return {
    passed: same && report.received === BIG && queuedMax <= QUEUED_MAX,
    figure: `${report.received} bytes came back ${same ? 'unchanged' : 'CHANGED'}; heddle queued ${queuedMax} at most (${tookMs} ms)`,
  };
}

/** Says one line when all are there, or sends back what comes. */
class Present extends LineReceiver {
  static present: Present[] = [];
  answered = false;
  readonly #asks: boolean;

  constructor(asks: boolean) {
    super();
    this.#asks = asks;
  }

  override connectionMade(): void {
    Present.present.push(this);
    if (this.#asks && Present.present.length === CROWD)
      for (const one of Present.present) one.sendLine(Buffer.from('present'));
  }

  override lineReceived(line: Buffer): void {
    this.answered = line.equals(Buffer.from('present'));
    if (this.#asks) this.transport.loseConnection();
    else this.sendLine(line);
  }
}

async function crowd(role: Role): Promise<Outcome> {
  Present.present = [];
  const [report, protocols] = await meet(role, 'crowd', () => new Present(role === 'server'), CROWD);
  const answered = protocols.filter((protocol) => protocol.answered).length;
  return {
    passed: report.answered === CROWD && answered === CROWD,
    figure: `of ${CROWD} at once Twisted counted ${report.answered} and heddle ${answered}`,
  };
}

if (spawnSync(PYTHON, ['-c', 'import twisted']).status === 0) {
  for (const role of ['client', 'server'] as const) {
    const peer = `Twisted, ${role}` as const;
    await cell(peer, 'lines', () => framed(role, 'lines'));
    await cell(peer, 'netstrings', () => framed(role, 'netstrings'));
    await cell(peer, 'int32 strings', () => framed(role, 'int32'));
    await cell(peer, 'half-close by the peer', () => peerHalfCloses(role));
    await cell(peer, 'half-close by heddle', () => heddleHalfCloses(role));
    await cell(peer, 'reset by the peer', () => peerAborts(role));
    await cell(peer, 'reset by heddle', () => heddleAborts(role));
    await cell(peer, '60 MB both ways', () => big(role));
    await cell(peer, 'many connections', () => crowd(role));
  }
} else {
  for (const role of ['client', 'server'] as const)
    skip(`Twisted, ${role}`, "Twisted isn't installed (Debian: python3-twisted)");
}
reactor.close();
