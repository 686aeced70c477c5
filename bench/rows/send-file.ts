import { HEDDLE, NODE, heddlePeer, nodePeer } from '../harness/peers.js';
import { bulkRow } from './bulk.js';

/** What a MiB of a file costs that is in the page cache: sent by the kernel, and read and written. */
export const rows = [
  bulkRow({
    name: 'send-file',
    mode: 'bulk-out',
    title: 'the server sends a file of 64 MiB again and again, as fast as the clients take it',
    peers: [
      heddlePeer('heddle-sendfile.mjs'),
      { ...heddlePeer('heddle-file-sender.mjs'), name: 'FileSender' },
      nodePeer('node-file.mjs'),
    ],
    targets: [{ metric: 'total', of: HEDDLE, against: NODE, atMost: 0.5 }],
  }),
];
