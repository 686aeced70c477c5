import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pathOf, read } from './as-written/page.js';

describe('The pages of docs', () => {
  const pages = readdirSync(pathOf('docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );

  it('link only to what is there', () => {
    expect(pages).to.include('tutorial/README.md');
    for (const page of pages) {
      for (const [, target = ''] of read(`docs/${page}`).matchAll(/\]\((?!https?:)([^)#\s]+)/g)) {
        expect(existsSync(pathOf(join('docs', page, '..', target))), `${page}: ${target}`).to.equal(true);
      }
    }
  });

  it('are all in the index, but for the parts of pages that are', () => {
    const index = read('docs/README.md');
    const missing = pages.filter(
      (page) => page !== 'README.md' && !page.startsWith('decisions/') && !index.includes(`](${page}`),
    );
    expect(missing).to.deep.equal([]);
  });
});
