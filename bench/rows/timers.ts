import { join } from 'node:path';

import { LineProcess } from '../harness/line-process.js';
import { heddleOperation, operation, operationsRow } from '../harness/operations-row.js';
import { BENCH } from '../harness/paths.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';

const HEDDLE = 'callLater';
const NODE = 'setTimeout';

const peers = (kind: string): Peer[] => [
  heddleOperation(HEDDLE, 'timers.mjs', `callLater${kind}`),
  operation(NODE, 'timers.mjs', `setTimeout${kind}`),
];

/** How many are pending, and how few they are compared with. */
const MANY = 100_000;
const FEW = 1000;
/** Within so many seconds all come due. */
const SECONDS = 5;
/** --quick takes a fifth of the timers in a fifth of the time. */
const QUICK = 5;
/** Beside that, how long it may take before the peer is held to hang. */
const SLACK_MS = 60_000;

const LATENESS = join(BENCH, 'operations/lateness.mjs');

const lateness: Row = {
  name: 'timers-late',
  title: `lateness of ${MANY} pending timers that come due within ${SECONDS} s (--quick: a fifth of both)`,
  peers: [
    {
      name: HEDDLE,
      command: ({ build }) => {
        if ('failure' in build) throw new Error(build.failure);
        return [process.execPath, LATENESS, 'heddle', build.folder];
      },
    },
    { name: NODE, command: () => [process.execPath, LATENESS, 'node', ''] },
  ],
  metrics: [
    { name: 'added', label: 'p99 ms beyond that of few', digits: 2, compared: false },
    { name: 'p99', label: 'p99 ms', digits: 2, compared: false },
    { name: 'p50', label: 'p50 ms', digits: 2, compared: false },
    { name: 'min', label: 'least ms', digits: 2, compared: false },
    { name: 'outOfOrder', label: 'out of order', digits: 0, compared: false },
    { name: 'cpu', label: 'CPU us/timer', digits: 1, compared: true },
  ],
  targets: [
    { metric: 'added', of: HEDDLE, atMost: 1 },
    { metric: 'outOfOrder', of: HEDDLE, atMost: 0 },
  ],
  measure: measureLateness,
};

/** What timers cost that don't fire, and how late they fire when many are pending. */
export const rows = [
  operationsRow({
    name: 'timers',
    title: 'set a timer and cancel it before the next is set',
    peers: peers('OneByOne'),
    targets: [{ metric: 'total', of: HEDDLE, against: NODE, atMost: 0.6 }],
  }),
  operationsRow({
    name: 'timers-together',
    title: 'set ten thousand timers, then cancel them all',
    peers: peers('Together'),
    targets: [],
  }),
  lateness,
];

async function measureLateness(peer: Peer, settings: Settings): Promise<Sample> {
  const part = settings.quick ? QUICK : 1;
  const few = await latenessOf(peer, settings, FEW / part, SECONDS / part);
  const many = await latenessOf(peer, settings, MANY / part, SECONDS / part);
  return { ...many, added: (many['p99'] ?? NaN) - (few['p99'] ?? NaN) };
}

async function latenessOf(peer: Peer, settings: Settings, count: number, seconds: number): Promise<Sample> {
  const words = [...peer.command(settings), `${count}`, `${seconds}`];
  await using process = new LineProcess(peer.name, words, settings.cores?.server ?? null);
  const answer = JSON.parse(await process.readLine(SLACK_MS + seconds * 1000)) as Record<string, number>;
  return { ...answer, cpu: ((answer['cpuMs'] ?? NaN) * 1000) / count };
}
