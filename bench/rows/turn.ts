import { DRIVERS, onDriver } from '../harness/drivers.js';
import { heddleOperation, operationsRow } from '../harness/operations-row.js';
import type { Row } from '../harness/row.js';

/** What a turn of the reactor costs in which so many descriptors are ready. */
function turnRow(ready: number): Row {
  const row = operationsRow({
    name: `turn-${ready}`,
    title: `a turn of the reactor with ${ready} ready ${ready === 1 ? 'descriptor' : 'descriptors'} on each FFI driver`,
    peers: DRIVERS.map((driver) => onDriver(heddleOperation('heddle', 'turn.mjs', `turn${ready}`), driver)),
    targets: [],
  });
  if (ready === 0) return row;
  return {
    ...row,
    metrics: [...row.metrics, { name: 'perReady', label: 'ns/ready descriptor', digits: 0, compared: false }],
    measure: async (peer, settings) => {
      const sample = await row.measure(peer, settings);
      return { ...sample, perReady: sample['total']! / ready };
    },
  };
}

export const rows = [0, 1, 64, 512].map(turnRow);
