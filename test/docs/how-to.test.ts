import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { Page, pathOf, read } from './as-written/page.js';
import { Terminal } from './as-written/terminal.js';

/** The pages whose programs are in a folder of examples, and run to their end. */
const pages = {
  'docs/clients.md': 'examples/clients',
  'docs/back-pressure.md': 'examples/back-pressure',
  'docs/logging.md': 'examples/logging',
  'docs/beside-node-http.md': 'examples/http',
  'docs/many-reactors.md': 'examples/reactors',
};

for (const [path, folder] of Object.entries(pages)) {
  const page = new Page(path);

  describe(path, () => {
    it(`shows all programs of ${folder} as they are, each once`, () => {
      for (const { file, text } of page.listings) expect(text, file).to.equal(read(file!));
      const files = readdirSync(pathOf(folder))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name}`);
      expect(page.listings.map(({ file }) => file).sort()).to.deep.equal(files.sort());
    });

    it('prints what it says', async () => {
      const commands = page.blocks.filter(({ language }) => language === 'console');
      expect(commands).to.have.length.above(1);
      // Beside each other: most of their time is the start of Node.
      await Promise.all(
        commands.map(async (command) => {
          const terminal = new Terminal({ folder: pathOf(folder), exactly: false });
          try {
            await terminal.play(command);
            expect(terminal.quiet, command.text).to.equal(true);
          } finally {
            await terminal.close();
          }
        }),
      );
    });
  });
}
