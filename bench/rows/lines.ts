import { loadRow } from '../harness/load-row.js';
import { HEDDLE, NODE, TWISTED, heddlePeer, nodePeer, twistedPeer } from '../harness/peers.js';

/** What a line costs that is found in the input, given to the application and sent back. */
export const rows = [
  loadRow({
    name: 'lines',
    title:
      'lines of 64 bytes sent back on 64 connections, 16 under way on each: LineReceiver, node:readline, Twisted',
    load: ['echo', '--connections', '64', '--size', '64', '--outstanding', '16', '--lines'],
    peers: [heddlePeer('heddle-lines.mjs'), nodePeer('node-lines.mjs'), twistedPeer('twisted-lines.py')],
    targets: [
      { metric: 'total', of: HEDDLE, against: NODE, atMost: 0.4 },
      { metric: 'total', of: HEDDLE, against: TWISTED, atMost: 0.6 },
    ],
  }),
];
