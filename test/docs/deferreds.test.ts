import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const url = (file: string): URL => new URL(`../../${file}`, import.meta.url);
const read = (file: string): string => readFileSync(url(file), 'utf8');

/** A listing of the guide: the link to its file, the program, and what that prints. */
const LISTING =
  /\]\(\.\.\/(examples\/deferreds\/[\w-]+\.ts)\)\n\n```ts\n([\s\S]*?)```\n\nIt prints\n\n```text\n([\s\S]*?)```/g;

async function outputOf(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    fileURLToPath(url(file)),
  ]);
  return stdout;
}

describe('docs/deferreds.md', () => {
  const text = read('docs/deferreds.md');
  const listings = [...text.matchAll(LISTING)];

  it('has its programs from examples/deferreds, all of them', () => {
    expect(listings)
      .to.have.lengthOf(text.split('```ts\n').length - 1)
      .and.to.have.lengthOf(8);
  });

  for (const [, file = '', listing = '', printed = ''] of listings) {
    it(`shows ${file} as it is, and what it prints`, async () => {
      const program = read(file)
        .replaceAll("'../../src/index.js'", "'heddle'")
        .replaceAll("'../../src/defer/index.js'", "'heddle/defer'");
      expect(listing).to.equal(program);
      expect(printed).to.equal(await outputOf(file));
    });
  }
});
