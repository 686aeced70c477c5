import { loadRow } from '../harness/load-row.js';
import { ALL_ECHO_PEERS, C, ECHO_PEERS, HEDDLE, NODE, TWISTED, UVLOOP } from '../harness/peers.js';
import type { Peer, Row, Target } from '../harness/row.js';

const SIZES: readonly (readonly [name: string, bytes: number])[] = [
  ['64', 64],
  ['1k', 1024],
  ['10k', 10 * 1024],
  ['100k', 100 * 1024],
];
const CONNECTIONS = [1, 64, 1000];
const WARMUP_MESSAGES = 20_000;
const WARMUP_BYTES = 200 * 1024 * 1024;

/** What is special about some of the rows: those that stand for the usual life of a server have all peers and targets. */
const SPECIAL: Readonly<
  Record<string, { name?: string; peers: readonly Peer[]; targets: readonly Target[] }>
> = {
  'echo-64-64': { name: 'echo', peers: ALL_ECHO_PEERS, targets: targets({ total: 0.75, user: 0.5 }) },
  'echo-64-1000': { peers: ALL_ECHO_PEERS, targets: targets({ total: 0.68, user: 0.45 }) },
};

/** What a message costs where clients each wait for their answer, by the message's size and the number of clients. */
export const rows: readonly Row[] = SIZES.flatMap(([size, bytes]) =>
  CONNECTIONS.map((connections) => echoRow(`echo-${size}-${connections}`, bytes, connections)),
);

function echoRow(plainName: string, bytes: number, connections: number): Row {
  const { name = plainName, peers = ECHO_PEERS, targets = [] } = SPECIAL[plainName] ?? {};
  return loadRow({
    name,
    title: `echo of ${bytes} bytes on ${connections} connection${connections === 1 ? '' : 's'}, one message under way on each`,
    load: ['echo', '--connections', `${connections}`, '--size', `${bytes}`, '--outstanding', '1'],
    brief: targets.length === 0,
    warmupOperations: Math.min(WARMUP_MESSAGES, WARMUP_BYTES / bytes),
    peers,
    targets,
  });
}

/** `ofNode` are the greatest ratios to node:net. */
function targets(ofNode: { readonly total: number; readonly user: number }): readonly Target[] {
  return [
    { metric: 'total', of: HEDDLE, against: NODE, atMost: ofNode.total },
    { metric: 'user', of: HEDDLE, against: NODE, atMost: ofNode.user },
    { metric: 'total', of: HEDDLE, against: C, atMost: 1.25 },
    { metric: 'total', of: HEDDLE, against: TWISTED, atMost: 0.4 },
    { metric: 'total', of: HEDDLE, against: UVLOOP, atMost: 1 },
  ];
}
