import { loadRow } from '../harness/load-row.js';
import { ALL_ECHO_PEERS, HEDDLE, NODE } from '../harness/peers.js';

/** What a message costs where many come together, as they do from clients that don't wait for each answer. */
export const rows = [
  loadRow({
    name: 'pipelined',
    title: 'echo of 64 bytes on 64 connections, 16 messages under way on each',
    load: ['echo', '--connections', '64', '--size', '64', '--outstanding', '16'],
    peers: ALL_ECHO_PEERS,
    targets: [{ metric: 'total', of: HEDDLE, against: NODE, atMost: 0.75 }],
  }),
];
