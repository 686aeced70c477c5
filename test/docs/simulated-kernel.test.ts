import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('docs/simulated-kernel.md', () => {
  it('shows the test of a server at EMFILE, which is type-checked and run', () => {
    const listing = /```ts\n([\s\S]*?)```/.exec(read('docs/simulated-kernel.md'))?.[1];
    const test = read('test/docs/server-at-emfile.test.ts')
      .replace("'../../src/index.js'", "'heddle'")
      .replace("'../../src/testing/index.js'", "'heddle/testing'");
    expect(listing?.trim()).to.equal(test.trim());
  });

  it('links only to files that are there', () => {
    const links = [...read('docs/simulated-kernel.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target]) => target ?? '',
    );
    expect(links).to.have.length.above(2);
    for (const link of links) {
      expect(existsSync(new URL(`../../docs/${link}`, import.meta.url)), link).to.equal(true);
    }
  });
});
