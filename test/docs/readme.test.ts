import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { MATRIX } from '../interop/harness/matrix.js';

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

  it('has badges that say what package.json says, drawn by tools/badges.mjs', () => {
    const about = JSON.parse(read('package.json')) as {
      readonly version: string;
      readonly license: string;
      readonly os: readonly string[];
      readonly engines: { readonly node: string };
    };
    const badges = {
      version: `heddle: ${about.version}`,
      node: `node: ${about.engines.node.replace('>=', '≥ ')}`,
      platform: `platform: ${about.os.join(', ')}`,
      types: 'types: included',
      licence: `licence: ${about.license}`,
    };
    expect(about.license).to.equal(/^(\w+) License/.exec(read('LICENSE'))?.[1]);
    expect(readdirSync(new URL('../../docs/badges', import.meta.url)).sort()).to.deep.equal(
      Object.keys(badges)
        .map((name) => `${name}.svg`)
        .sort(),
    );
    for (const [name, label] of Object.entries(badges)) {
      expect(read(`docs/badges/${name}.svg`), name).to.include(`<title>${label}</title>`);
      expect(read('README.md')).to.include(`![${label.replace(': ', ' ')}](docs/badges/${name}.svg)`);
    }
  });

  it('has a picture of exhaustion whose sums are right, drawn by tools/picture-exhaustion.mjs', () => {
    const words = [...read('docs/exhaustion.svg').matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);
    expect(words[0]).to.equal('$ npx tsx examples/exhaustion.ts');
    expect(words.slice(2, 7)).to.deep.equal(['clients', 'connected', 'served', 'shed', 'resumed']);
    // Seven acts, each a name and five numbers.
    const acts = Array.from({ length: 7 }, (_, act) => words.slice(7 + act * 6, 13 + act * 6));
    for (const [name, clients, , served, shed] of acts)
      expect(Number(served) + Number(shed), name).to.equal(Number(clients));
    expect(acts.map(([name, , connected]) => (/^all leave/.test(name!) ? connected : '0'))).to.deep.equal(
      Array.from({ length: 7 }, () => '0'),
    );
    const [, came, , served, shed, resumed] = acts.at(-1)!;
    const text = words.join('\n');
    expect(resumed).to.equal('2');
    expect(text).to.include(
      `${came!} clients came. ${served!} were served, ${shed!} were told that the server is full,\n0 heard nothing.`,
    );
    expect(text.match(/accepting again after \d+ ms of EMFILE; clients shed: (\d+)/g)).to.have.length(2);
  });

  it('says how many exchanges with other programs are run', () => {
    const exchanges = Object.values(MATRIX).reduce((sum, { length }) => sum + length, 0);
    expect(read('README.md')).to.include(`: ${exchanges} kinds of exchange, [each run by CI]`);
  });

  it('compares with others in full rows', () => {
    const rows = [...read('README.md').matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) =>
      row.split('|').map((cell) => cell.trim()),
    );
    expect(rows[0]).to.deep.equal(['', 'heddle', 'node:net', 'Twisted', 'uWebSockets.js']);
    for (const row of rows.slice(1))
      expect(
        row.filter((cell) => cell !== ''),
        row[0],
      ).to.have.length(5);
  });
});
