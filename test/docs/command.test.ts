import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { COMMON_OPTIONS } from '../../src/command/command.js';
import { serve } from '../../src/command/serve.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('docs/command.md', () => {
  const guide = read('docs/command.md');

  it('shows the modules that the acceptance program `command` serves', () => {
    const listings = [...guide.matchAll(/<!-- (\S+) -->\s+```ts\n([\s\S]*?)```/g)];
    expect(listings.map(([, file]) => file)).to.deep.equal([
      'test/docs/command/shout.ts',
      'test/docs/command/application.ts',
    ]);
    for (const [, file, listing] of listings) {
      const program = read(file!).replaceAll("'../../../src/index.js'", "'heddle'");
      expect(listing!.trim(), file).to.equal(program.trim());
    }
  });

  it('has a row for each option', () => {
    const rows = [...guide.matchAll(/^\| `--([a-z-]+)/gm)].map(([, name]) => name);
    expect(rows.sort()).to.deep.equal(Object.keys({ ...serve.options, ...COMMON_OPTIONS }).sort());
  });

  it('links only to files that are there', () => {
    const links = [...guide.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!);
    expect(links).to.have.length(2);
    for (const link of links) expect(() => read(`docs/${link}`), link).not.to.throw();
  });
});
