import { loadRow } from '../harness/load-row.js';
import { C, HEDDLE, NODE } from '../harness/peers.js';

/** What a message costs where many clients each wait for their answer: the usual life of a request and its reply. */
export const rows = [
  loadRow({
    name: 'echo',
    title: 'echo of 64 bytes on 64 connections, one message under way on each',
    load: ['echo', '--connections', '64', '--size', '64', '--outstanding', '1'],
    targets: [
      { metric: 'total', of: HEDDLE, against: NODE, atMost: 0.8 },
      { metric: 'user', of: HEDDLE, against: NODE, atMost: 0.5 },
      { metric: 'total', of: HEDDLE, against: C, atMost: 1.35 },
    ],
  }),
];
