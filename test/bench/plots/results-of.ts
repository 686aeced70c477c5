import type { KeptRow, Results } from '../../../bench/plots/results.js';
import { spread } from '../../../bench/harness/statistics.js';

/** A row in which these peers had these figures of the one metric `total`, a round each. */
export function rowOf(name: string, figures: Readonly<Record<string, readonly number[]>>): KeptRow {
  return {
    name,
    title: `the row ${name}`,
    metrics: [{ name: 'total', label: 'CPU us/op', digits: 1, compared: true }],
    peers: Object.entries(figures).map(([peer, all]) => ({ name: peer, figures: { total: spread(all) } })),
    ratios: [],
    targets: [],
    failures: {},
  };
}

export function resultsOf(...results: KeptRow[]): Results {
  return {
    machine: { processor: 'slow', 'load average': '0.1' },
    settings: { seconds: 1, warmupSeconds: 0.5, quick: false },
    rounds: 3,
    results,
  };
}
