import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { Page, pathOf, read } from './as-written/page.js';
import { Terminal } from './as-written/terminal.js';

const STEPS = ['1-echo', '2-chat', '3-line-protocol', '4-service'].filter((s) =>
  existsSync(pathOf(`docs/tutorial/${s}.md`)),
);

for (const step of STEPS) {
  const page = new Page(`docs/tutorial/${step}.md`);

  describe(page.path, () => {
    for (const { file, text } of page.listings) {
      it(`shows ${String(file)}, which is type-checked and run`, () => {
        expect(text).to.equal(read(file!));
      });
    }

    it('shows what happens when its commands are given', async () => {
      const terminal = new Terminal({ folder: pathOf('examples/tutorial'), exactly: false });
      try {
        for (const block of page.blocks) await terminal.play(block);
        expect(terminal.quiet).to.equal(true);
      } finally {
        await terminal.close();
      }
    });
  });
}
