import { DRIVERS, onDriver } from '../harness/drivers.js';
import { loadRow } from '../harness/load-row.js';
import { heddlePeer } from '../harness/peers.js';

/** What the choice of the FFI driver is worth: the echo of the row `echo`, on each. */
export const rows = [
  loadRow({
    name: 'drivers',
    title: 'echo of 64 bytes on 64 connections, one message under way on each: heddle on its FFI drivers',
    load: ['echo', '--connections', '64', '--size', '64', '--outstanding', '1'],
    peers: DRIVERS.map((driver) => onDriver(heddlePeer('heddle-echo.mjs'), driver)),
    targets: [],
  }),
];
