import { expect } from 'chai';

import { heddleOperation, operation, operationsRow } from '../../bench/harness/operations-row.js';
import type { Peer, Sample, Settings } from '../../bench/harness/row.js';

const SETTINGS: Settings = {
  cores: null,
  seconds: 0.02,
  warmupSeconds: 0.01,
  quick: true,
  build: { failure: 'not built' },
  driver: null,
};

function measure(peer: Peer): Promise<Sample> {
  return operationsRow({ name: 'row', title: 'a row', peers: [peer], targets: [] }).measure(peer, SETTINGS);
}

async function errorOf(measuring: Promise<Sample>): Promise<string> {
  try {
    await measuring;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('an error was expected');
}

describe('operationsRow()', () => {
  it('measures the CPU time of an operation in a process of its own', async () => {
    const { total, user, system, rate } = await measure(
      operation('Promise', 'defer.mjs', 'promisesTogether'),
    );
    expect(total)
      .to.be.greaterThan(0)
      .and.be.closeTo(user! + system!, 0.001);
    expect(rate).to.be.greaterThan(0);
  });

  it('says why a peer can’t be measured', async () => {
    expect(await errorOf(measure(operation('Promise', 'defer.mjs', 'nothing')))).to.contain(
      'has no operation nothing',
    );
    expect(await errorOf(measure(operation('Deferred', 'defer.mjs', 'deferredsTogether')))).to.contain(
      'This operation was started without heddle',
    );
    expect(await errorOf(measure(heddleOperation('Deferred', 'defer.mjs', 'deferredsTogether')))).to.equal(
      'not built',
    );
  });
});
