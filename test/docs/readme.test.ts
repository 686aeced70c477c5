import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('README', () => {
  it('shows the server of examples/chat.ts, which is type-checked and run', () => {
    const listing = /```ts\n([\s\S]*?)```/.exec(read('README.md'))?.[1];
    const program = read('examples/chat.ts').replace(/^\/\*\*.*\n/, '');
    expect(listing?.trim()).to.equal(program.replace("'../src/index.js'", "'heddle'").trim());
  });

  it('links only to files that are there', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target]) => target ?? '',
    );
    expect(links).to.include('docs/architecture.md');
    for (const link of links) expect(() => read(link), link).not.to.throw();
  });
});
