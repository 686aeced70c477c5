import { expect } from 'chai';

import { onDriver } from '../../bench/harness/drivers.js';
import type { Settings } from '../../bench/harness/row.js';

describe('onDriver()', () => {
  it('names the peer after the driver and starts it with that one, whatever the environment says', () => {
    const peer = onDriver({ name: 'heddle', command: ({ driver }) => ['node', driver ?? ''] }, 'ffi-napi');
    expect(peer.name).to.equal('ffi-napi');
    expect(peer.command({ driver: 'koffi' } as Settings)).to.deep.equal([
      'env',
      'HEDDLE_FFI=ffi-napi',
      'node',
      'koffi',
    ]);
  });
});
