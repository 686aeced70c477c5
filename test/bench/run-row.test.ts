import { expect } from 'chai';

import { report } from '../../bench/harness/report.js';
import type { Peer, Row, Sample, Settings, Target } from '../../bench/harness/row.js';
import { runRow } from '../../bench/harness/run-row.js';

const SETTINGS: Settings = {
  cores: null,
  seconds: 1,
  warmupSeconds: 1,
  quick: true,
  build: { failure: 'not built' },
  driver: null,
};

const TARGET: Target = { metric: 'cost', of: 'ours', against: 'theirs', atMost: 0.5 };

/** A row of two peers whose turns are played by `measure`. */
function rowOf(measure: (peer: Peer) => Sample): Row {
  return {
    name: 'row',
    title: 'a row',
    peers: ['ours', 'theirs'].map((name) => ({ name, command: () => [] })),
    metrics: [
      { name: 'cost', label: 'cost', digits: 1, compared: true },
      { name: 'rate', label: 'rate', digits: 0, compared: false },
    ],
    targets: [TARGET],
    measure: (peer) => Promise.resolve().then(() => measure(peer)),
  };
}

const ignore = () => {};

describe('runRow()', () => {
  it('gives each peer one turn in each round, in an order that changes', async () => {
    const turns: string[] = [];
    const row = rowOf((peer) => {
      turns.push(peer.name);
      return { cost: 1, rate: 1 };
    });
    await runRow(row, 3, SETTINGS, ignore);
    expect(turns).to.deep.equal(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs']);
  });

  it('judges a target by the median of the ratios within rounds', async () => {
    let turn = 0;
    const slowness = [1, 1, 9, 9, 2, 2];
    const row = rowOf((peer) => ({ cost: slowness[turn++]! * (peer.name === 'ours' ? 1 : 2), rate: 1 }));
    const result = await runRow(row, 3, SETTINGS, ignore);
    expect(result.ratios[0]?.spreads).to.deep.equal({ cost: { median: 0.5, min: 0.5, max: 0.5 } });
    expect(result.targets).to.deep.equal([{ ...TARGET, measured: 0.5, met: true }]);
  });

  it('calls a target missed when the ratio is above it', async () => {
    const result = await runRow(
      rowOf((peer) => ({ cost: peer.name === 'ours' ? 6 : 10, rate: 1 })),
      1,
      SETTINGS,
      ignore,
    );
    expect(result.targets).to.deep.equal([{ ...TARGET, measured: 0.6, met: false }]);
  });

  it('calls a target of a least ratio missed when the ratio is below it', async () => {
    const least = (atLeast: number): Target => ({ metric: 'cost', of: 'ours', against: 'theirs', atLeast });
    const row = rowOf((peer) => ({ cost: peer.name === 'ours' ? 6 : 10, rate: 1 }));
    const result = await runRow({ ...row, targets: [least(0.6), least(0.7)] }, 1, SETTINGS, ignore);
    expect(result.targets.map(({ met }) => met)).to.deep.equal([true, false]);
    expect(report(result, row.metrics)).to.include('at least 0.700');
  });

  it('leaves a peer out that fails, aloud, and goes on with the others', async () => {
    const said: string[] = [];
    let turns = 0;
    const row = rowOf((peer) => {
      turns += 1;
      if (peer.name === 'ours' && turns > 2) throw new Error('out of luck');
      return { cost: 1, rate: 1 };
    });
    const result = await runRow(row, 3, SETTINGS, (line) => said.push(line));
    expect(result.peers.map(({ name, samples }) => [name, samples.length])).to.deep.equal([['theirs', 3]]);
    expect(result.failures).to.deep.equal({ ours: 'out of luck' });
    expect(said).to.include('row: ours is left out, it failed in round 2: out of luck');
  });

  it('holds a target that could not be measured not to be met', async () => {
    const row = rowOf((peer) => {
      if (peer.name === 'theirs') throw new Error('not there');
      return { cost: 1, rate: 1 };
    });
    const result = await runRow(row, 1, SETTINGS, ignore);
    expect(result.targets).to.deep.equal([{ ...TARGET, measured: null, met: false }]);
    expect(report(result, row.metrics))
      .to.include('not measured')
      .and.to.include('theirs was left out: not there');
  });

  it('is printed with medians, ratios and judgement', async () => {
    const row = rowOf((peer) => ({ cost: peer.name === 'ours' ? 1 : 4, rate: 1000 }));
    expect(report(await runRow(row, 1, SETTINGS, ignore), row.metrics)).to.equal(
      [
        'row: a row',
        '  median            cost  rate',
        '  ours    1.0 (1.0..1.0)  1000',
        '  theirs  4.0 (4.0..4.0)  1000',
        '  ratio                       cost',
        '  ours / theirs  0.25 (0.25..0.25)',
        '  target                      wanted  measured',
        '  cost: ours / theirs  at most 0.500     0.250  met',
      ].join('\n'),
    );
  });

  it('is printed with the ratios of the first peer only where there are many', async () => {
    const row = rowOf(() => ({ cost: 1, rate: 1 }));
    const peers = ['ours', 'a', 'b', 'c', 'd'].map((name) => ({ name, command: () => [] }));
    const result = await runRow({ ...row, peers, targets: [] }, 1, SETTINGS, ignore);
    expect(result.ratios).to.have.lengthOf(10);
    const text = report(result, row.metrics);
    expect(text).to.include('ours / d');
    expect(text).not.to.include('a / b');
  });
});
