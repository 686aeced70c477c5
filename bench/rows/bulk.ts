import { measureUnderLoad } from '../harness/load-row.js';
import { C, ECHO_PEERS, HEDDLE, NODE, compiledPeer, heddlePeer, nodePeer } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';
import { Server } from '../harness/server.js';

const CONNECTIONS = 8;
const MEBIBYTE = 1024 * 1024;

/** What a MiB costs of streams that don't end. A row for each mode of c/load-bulk.c. */
function bulkRow(name: string, title: string, peers: readonly Peer[]): Row {
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
    targets: [
      { metric: 'total', of: HEDDLE, against: NODE, atMost: 1 },
      { metric: 'rate', of: HEDDLE, against: NODE, atLeast: 1 },
    ],
    measure: (peer, settings) => measure(peer, name, settings),
  };
}

const peersOf = (kind: string, inC: 'epoll-discard' | 'epoll-source'): readonly Peer[] => [
  heddlePeer(`heddle-${kind}.mjs`),
  nodePeer(`node-${kind}.mjs`),
  compiledPeer(C, inC),
];

export const rows = [
  bulkRow(
    'bulk-in',
    'clients send as fast as the server reads; it counts the bytes',
    peersOf('discard', 'epoll-discard'),
  ),
  bulkRow(
    'bulk-out',
    'the server sends pieces of 64 KiB as fast as the clients take them',
    peersOf('source', 'epoll-source'),
  ),
  bulkRow('bulk-both', 'echo of streams, at most 1 MiB under way on each', ECHO_PEERS),
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
