import { expect } from 'chai';

import { merged, metricOf, rowNamed } from '../../../bench/plots/results.js';
import { resultsOf, rowOf } from './results-of.js';

describe('kept results of benchmarks', () => {
  it('`merged()` takes the last of the rows with one name, in the place of the first', () => {
    const [one, two, again] = [rowOf('one', { a: [1] }), rowOf('two', { a: [2] }), rowOf('one', { a: [3] })];
    expect(merged([resultsOf(one, two), resultsOf(again)]).results).to.deep.equal([again, two]);
  });

  it('`merged()` keeps no samples', () => {
    const row = rowOf('one', { a: [1] });
    const peers = row.peers.map((peer) => ({ ...peer, samples: [{ total: 1 }] }));
    expect(merged([resultsOf({ ...row, peers })]).results).to.deep.equal([row]);
  });

  it('`merged()` refuses runs that are not to be compared, but not for another load average', () => {
    const results = resultsOf(rowOf('one', { a: [1] }));
    const busier = { ...results, machine: { ...results.machine, 'load average': '9' } };
    expect(merged([results, busier]).machine).to.equal(results.machine);
    const faster = { ...results, machine: { ...results.machine, processor: 'fast' }, rounds: 9 };
    expect(() => merged([results, faster])).to.throw('differ in processor, rounds');
    expect(() => merged([])).to.throw(RangeError);
  });

  it('`rowNamed()` holds a row without peers to be not measured', () => {
    const results = resultsOf(rowOf('one', {}), rowOf('two', { a: [1] }));
    expect(rowNamed(results, 'one')).to.equal(undefined);
    expect(rowNamed(results, 'two')).to.equal(results.results[1]);
  });

  it('`metricOf()` names the row that lacks a metric', () => {
    expect(() => metricOf(rowOf('one', {}), 'rate')).to.throw('The row one has no metric rate');
  });
});
