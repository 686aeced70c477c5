import { expect } from 'chai';

import { coreList } from '../../bench/harness/cores.js';
import { parseOptions } from '../../bench/harness/options.js';
import { RESULTS } from '../../bench/harness/paths.js';

describe('options of benchmarks', () => {
  it('`parseOptions()` runs nine rounds of all peers on a fresh build unless told otherwise', () => {
    expect(parseOptions([])).to.include({
      peers: null,
      rounds: 9,
      build: true,
      quick: false,
      check: false,
      json: null,
    });
  });

  it('`parseOptions()` takes row names between options', () => {
    expect(parseOptions(['echo', '--rounds', '9', 'idle'])).to.deep.include({
      rows: ['echo', 'idle'],
      rounds: 9,
    });
  });

  it('`parseOptions()` takes names of peers between commas', () => {
    expect(parseOptions(['--peers', 'heddle, C']).peers).to.deep.equal(['heddle', 'C']);
  });

  it('`parseOptions()` lets --rounds overrule --quick', () => {
    expect(parseOptions(['--quick', '--rounds', '5'])).to.include({ quick: true, rounds: 5 });
  });

  it('`parseOptions()` keeps results in bench/results/', () => {
    expect(parseOptions(['--json', 'today.json']).json).to.equal(`${RESULTS}/today.json`);
  });

  it('`parseOptions()` builds nothing where another build is to be measured', () => {
    expect(parseOptions(['--build-dir', '/elsewhere'])).to.include({
      build: false,
      buildFolder: '/elsewhere',
    });
  });

  for (const words of [
    ['--rounds', '0'],
    ['--rounds', '1.5'],
    ['--seconds', 'soon'],
    ['--driver', 'other'],
  ]) {
    it(`\`parseOptions()\` refuses ${words.join(' ')}`, () => {
      expect(() => parseOptions(words)).to.throw(RangeError, words[0]);
    });
  }

  it('`coreList()` reads ranges and single numbers', () => {
    expect(coreList('0-2,5')).to.deep.equal([0, 1, 2, 5]);
    expect(() => coreList('a')).to.throw(RangeError);
  });
});
