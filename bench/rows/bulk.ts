import { measureUnderLoad } from '../harness/load-row.js';
import { C, ECHO_PEERS, HEDDLE, NODE, compiledPeer, heddlePeer, nodePeer } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings, Target } from '../harness/row.js';
import { Server } from '../harness/server.js';

const CONNECTIONS = 8;
const MEBIBYTE = 1024 * 1024;

interface BulkRow {
  readonly name: string;
  readonly title: string;
  readonly peers: readonly Peer[];
  /** The load generator's (c/load-bulk.c). Default: called as the row. */
  readonly mode?: string;
  /** Default: no worse than node:net. */
  readonly targets?: readonly Target[];
}

const NO_WORSE: readonly Target[] = [
  { metric: 'total', of: HEDDLE, against: NODE, atMost: 1 },
  { metric: 'rate', of: HEDDLE, against: NODE, atLeast: 1 },
];

/** What a MiB costs of streams that don't end. */
export function bulkRow({ name, title, peers, mode = name, targets = NO_WORSE }: BulkRow): Row {
  return {
    name,
    title: `${title}, ${CONNECTIONS} connections`,
    peers,
    metrics: [
      { name: 'total', label: 'CPU us/MiB', digits: 0, compared: true },
      { name: 'user', label: 'user', digits: 0, compared: true },
      { name: 'system', label: 'system', digits: 0, compared: true },
      { name: 'rate', label: 'MiB/s', digits: 0, compared: true },
      { name: 'busy', label: 'busy %', digits: 0, compared: false },
      { name: 'loadIdle', label: 'load idle %', digits: 0, compared: false },
    ],
    targets,
    measure: (peer, settings) => measure(peer, mode, settings),
  };
}

const peersOf = (kind: string, inC: 'epoll-discard' | 'epoll-source'): readonly Peer[] => [
  heddlePeer(`heddle-${kind}.mjs`),
  nodePeer(`node-${kind}.mjs`),
  compiledPeer(C, inC),
];

export const rows = [
  bulkRow({
    name: 'bulk-in',
    title: 'clients send as fast as the server reads; it counts the bytes',
    peers: peersOf('discard', 'epoll-discard'),
  }),
  bulkRow({
    name: 'bulk-out',
    title: 'the server sends pieces of 64 KiB as fast as the clients take them',
    peers: peersOf('source', 'epoll-source'),
  }),
  bulkRow({
    name: 'bulk-both',
    title: 'echo of streams, at most 1 MiB under way on each',
    peers: ECHO_PEERS,
  }),
];

async function measure(peer: Peer, mode: string, settings: Settings): Promise<Sample> {
  await using server = await Server.start(peer, settings);
  const words = [mode, '--connections', `${CONNECTIONS}`];
  const { total, user, system, rate, busy, loadIdle } = await measureUnderLoad(server, words, settings);
  const perMebibyte = (perByte: number | undefined): number => perByte! * MEBIBYTE;
  return {
    total: perMebibyte(total),
    user: perMebibyte(user),
    system: perMebibyte(system),
    rate: rate! / MEBIBYTE,
    busy: busy!,
    loadIdle: loadIdle!,
  };
}
