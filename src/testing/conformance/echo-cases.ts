import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.js';
import { onBothSides } from './pairs.js';

/** Bytes there and back again. */
export const echoCases: readonly ConformanceCase[] = [
  ...onBothSides({
    name: 'what a protocol writes in dataReceived comes back to the peer',
    pair: { hooks: { data: (protocol, data) => void protocol.transport.write(data) } },
    async run({ drive }, { peer, protocol }) {
      peer.send('hello');
      await drive(() => peer.bytesReceived === 5);
      assert.equal(peer.received.toString(), 'hello');
      assert.deepEqual(protocol.events, ['made', 'data']);
    },
  }),
];
