import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { drawn } from '../../../bench/plots/draw.js';
import { filesMadeOf, FOLDER, KEPT, PAGE, readResults } from '../../../bench/plots/kept.js';
import { PLOTS } from '../../../bench/plots/plots.js';
import { resultsOf, rowOf } from './results-of.js';

describe('docs/performance.md', () => {
  it('has the tables and plots that its results give; `npm run bench:plots` makes them', async () => {
    const made = await filesMadeOf(readResults(KEPT));
    for (const [file, text] of made) expect(readFileSync(file, 'utf8'), file).to.equal(text);
    const plots = readdirSync(FOLDER).filter((name) => name.endsWith('.svg'));
    expect([...made.keys()].toSorted()).to.deep.equal(
      [PAGE, ...plots.map((name) => join(FOLDER, name))].toSorted(),
    );
  });

  it('shows every plot', () => {
    const page = readFileSync(PAGE, 'utf8');
    for (const name of Object.keys(PLOTS)) expect(page).to.contain(`](performance/${name}.svg)`);
  });
});

describe('drawn()', () => {
  it('draws the same twice', async () => {
    const results = readResults(KEPT);
    expect(await drawn(results)).to.deep.equal(await drawn(results));
  });

  it('leaves out what was not measured', async () => {
    expect([...(await drawn(resultsOf())).keys()]).to.deep.equal([]);
  });

  it('draws a peer that it doesn’t know', async () => {
    const plots = await drawn(resultsOf(rowOf('echo', { heddle: [7.4, 7.6], newcomer: [7, 9] })));
    expect([...plots.keys()]).to.deep.equal(['echo.svg']);
    expect(plots.get('echo.svg')).to.contain('>newcomer</text>').and.to.contain('>8.0</text>');
  });
});
