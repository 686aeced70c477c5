import { expect } from 'chai';

import { withTables } from '../../../bench/plots/page.js';
import { resultsOf, rowOf } from './results-of.js';

const page = (marker: string, content = ''): string =>
  `before\n<!-- table: ${marker} -->\n${content}<!-- /table -->\nafter\n`;

const filled = (marker: string, ...lines: string[]): string =>
  page(marker, ['', ...lines, '', ''].join('\n'));

describe('withTables()', () => {
  it('puts the table of a row between its marks, in the place of what was there', () => {
    const row = {
      ...rowOf('echo', { ours: [1, 2, 1234.5], theirs: [4] }),
      ratios: [{ of: 'ours', against: 'theirs', spreads: { total: { median: 0.5, min: 0.25, max: 1 } } }],
      failures: { absent: 'not there' },
    };
    expect(withTables(page('echo', 'old\n'), resultsOf(row))).to.equal(
      filled(
        'echo',
        '|  | CPU µs/op | ours / it |',
        '| --- | ---: | ---: |',
        '| ours | 2.0 (1.0–1,234.5) | - |',
        '| theirs | 4.0 (4.0–4.0) | 0.50 |',
        '| absent | - | - |',
      ),
    );
  });

  it('gives a table the metrics that its mark names', () => {
    const row = rowOf('echo', { ours: [1] });
    const metrics = [...row.metrics, { name: 'rate', label: 'op/s', digits: 0, compared: false }];
    const peers = [{ name: 'ours', figures: { rate: { median: 7, min: 1, max: 9 } } }];
    expect(withTables(page('echo rate'), resultsOf({ ...row, metrics, peers }))).to.equal(
      filled('echo rate', '|  | op/s |', '| --- | ---: |', '| ours | 7 |'),
    );
    expect(() => withTables(page('echo luck'), resultsOf(row))).to.throw('has no metric luck');
  });

  it('says so where a row was not measured', () => {
    for (const name of ['echo', 'echo-sizes', 'timers-growth', 'turn', 'targets']) {
      expect(withTables(page(name), resultsOf())).to.equal(filled(name, 'This was not measured.'));
    }
  });

  it('lists the targets of all rows with what was measured', () => {
    const target = { metric: 'total', of: 'ours', against: 'theirs', atMost: 0.5 };
    const row = {
      ...rowOf('echo', { ours: [1] }),
      targets: [
        { ...target, measured: 0.6, met: false },
        { metric: 'total', of: 'ours', atLeast: 1, measured: null, met: false },
      ],
    };
    expect(withTables(page('targets'), resultsOf(row))).to.equal(
      filled(
        'targets',
        '| row | target | wanted | measured |  |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| echo | CPU µs/op: ours / theirs | at most 0.5 | 0.60 | missed |',
        '| echo | CPU µs/op: ours | at least 1 | - | not measured |',
      ),
    );
  });

  it('warns of a short run beside the machine', () => {
    const results = resultsOf();
    const short = { ...results, settings: { ...results.settings, quick: true } };
    expect(withTables(page('machine'), short)).to.contain('all figures are rough');
    expect(withTables(page('machine'), results)).not.to.contain('rough');
  });
});
