import { loadRow } from '../harness/load-row.js';
import { ALL_ECHO_PEERS, C, HEDDLE, NODE } from '../harness/peers.js';

/** What a client costs that comes, asks once and goes: accept, one message and its echo, the end from both sides. */
export const rows = [
  loadRow({
    name: 'connect',
    title: 'connections of one message of 64 bytes and its echo, 64 of them under way at once',
    load: ['connect', '--connections', '64', '--size', '64'],
    warmupOperations: 5000,
    peers: ALL_ECHO_PEERS,
    targets: [
      { metric: 'total', of: HEDDLE, against: NODE, atMost: 0.45 },
      { metric: 'total', of: HEDDLE, against: C, atMost: 1.25 },
    ],
  }),
];
