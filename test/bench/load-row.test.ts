import { expect } from 'chai';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { gccVersion } from '../../bench/harness/compile.js';
import { loadRow } from '../../bench/harness/load-row.js';
import { BENCH } from '../../bench/harness/paths.js';
import { nodePeer } from '../../bench/harness/peers.js';
import type { Peer, Row, Settings } from '../../bench/harness/row.js';

const SETTINGS: Settings = {
  cores: null,
  seconds: 0.05,
  warmupSeconds: 0.02,
  quick: true,
  build: { failure: 'not needed' },
  driver: null,
};

function row(load: readonly string[], peer: Peer): Row {
  return loadRow({ name: 'row', title: 'a row', load, targets: [], peers: [peer] });
}

/** A server that reads all and says that it has read 7 bytes. */
const MISCOUNTING: Peer = {
  name: 'miscounting',
  command: () => [
    process.execPath,
    '--input-type=module',
    '--eval',
    `import { createServer } from 'node:net';
     import { announce } from '${pathToFileURL(join(BENCH, 'servers/control.mjs')).href}';
     const server = createServer((client) => client.resume());
     server.listen(0, '127.0.0.1', () => announce(server.address().port, () => 7));`,
  ],
};

describe('loadRow()', () => {
  before(function () {
    if (gccVersion() === null) this.skip();
  });

  it('measures the CPU time of a server under load, and all that its metrics name', async () => {
    const peer = nodePeer('node-echo.mjs');
    const echo = row(['echo', '--connections', '4'], peer);
    const sample = await echo.measure(peer, SETTINGS);
    expect(sample).to.have.all.keys(echo.metrics.map(({ name }) => name));
    expect(sample['total'])
      .to.be.greaterThan(0)
      .and.be.closeTo(sample['user']! + sample['system']!, 0.001);
    expect(sample['loadIdle']).to.be.within(0, 100);
  });

  it('compares what a server has counted with what was sent', async () => {
    const load = ['bulk-in', '--connections', '2'];
    const discard = nodePeer('node-discard.mjs');
    expect((await row(load, discard).measure(discard, SETTINGS))['rate']).to.be.greaterThan(0);
    const said = await row(load, MISCOUNTING)
      .measure(MISCOUNTING, SETTINGS)
      .catch((error: unknown) => (error as Error).message);
    expect(said).to.match(/^The server read 0 bytes of \d+ that were sent$/);
  });
});
