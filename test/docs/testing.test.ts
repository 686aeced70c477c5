import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as testing from '../../src/testing/index.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Those that end in `.test` are run by mocha themselves. */
const listings = [
  'tally',
  'alone.test',
  'together.test',
  'logged.test',
  'asked.test',
  'real.test',
  'simulated.test',
  'exhausted.test',
  'own-reactor.test',
];

describe('docs/testing.md', () => {
  const page = read('docs/testing.md');
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text);

  for (const [index, name] of listings.entries()) {
    it(`shows test/docs/testing/${name}.ts, which is type-checked and run`, () => {
      const program = read(`test/docs/testing/${name}.ts`)
        .replaceAll("'../../../src/index.js'", "'heddle'")
        .replaceAll("'../../../src/testing/index.js'", "'heddle/testing'");
      expect(shown[index]).to.equal(program);
    });
  }

  it('shows nothing else', () => {
    expect(shown).to.have.length(listings.length);
  });

  it('names in its table only what heddle/testing has', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    const names = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''));
    expect(names).to.include('StringTransport');
    const elsewhere = ['Clock', 'Reactor'];
    expect(names.filter((name) => !(name in testing) && !elsewhere.includes(name))).to.deep.equal([]);
  });

  it('links only to files that are there', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target ?? '');
    expect(links).to.include('descriptor-exhaustion.md');
    for (const link of links) expect(() => read(`docs/${link}`), link).not.to.throw();
  });
});
