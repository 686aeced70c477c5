import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { Page, pathOf, read } from './as-written/page.js';
import { Terminal } from './as-written/terminal.js';

const FOLDER = 'examples/tutorial';

const pages = ['1-echo', '2-chat', '3-line-protocol', '4-service'].map(
  (step) => new Page(`docs/tutorial/${step}.md`),
);

describe('The tutorial', () => {
  it('shows all programs of examples/tutorial as they are, each once', () => {
    const listings = pages.flatMap((page) => page.listings);
    for (const { file, text } of listings) expect(text, file).to.equal(read(file!));
    const files = readdirSync(pathOf(FOLDER)).map((name) => `${FOLDER}/${name}`);
    expect(listings.map(({ file }) => file).sort()).to.deep.equal(files.sort());
  });

  for (const page of pages) {
    it(`shows in ${page.path} what happens when its commands are given`, async () => {
      const terminal = new Terminal({ folder: pathOf(FOLDER), exactly: false });
      try {
        for (const block of page.blocks) await terminal.play(block);
        expect(terminal.quiet).to.equal(true);
      } finally {
        await terminal.close();
      }
    });
  }
});
