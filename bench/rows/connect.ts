import { loadRow } from '../harness/load-row.js';
import { HEDDLE, NODE } from '../harness/peers.js';

/** What a client costs that comes, asks once and goes: accept, one message and its echo, the end from both sides. */
export const rows = [
  loadRow({
    name: 'connect',
    title: 'connections of one message of 64 bytes and its echo, 64 of them under way at once',
    load: ['connect', '--connections', '64', '--size', '64'],
    targets: [{ metric: 'total', of: HEDDLE, against: NODE, atMost: 0.5 }],
  }),
];
