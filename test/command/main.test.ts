import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { main } from '../../src/command/main.js';
import { getReactor } from '../../src/reactor/index.js';

/** Keeps what a command says. */
class RecordingTerminal {
  said = '';
  complained = '';

  say(line: string): void {
    this.said += `${line}\n`;
  }

  complain(text: string): void {
    this.complained += `${text}\n`;
  }
}

async function run(...words: readonly string[]) {
  const terminal = new RecordingTerminal();
  const code = await main(words, terminal);
  return { code, said: terminal.said, complained: terminal.complained };
}

describe('`heddle`', () => {
  // Descriptions of endpoints are read for a reactor.
  afterEach(() => getReactor().close());

  it('--help names the commands, on standard output', async () => {
    const { code, said, complained } = await run('--help');
    expect([code, complained]).to.deep.equal([0, '']);
    expect(said).to.match(/^Usage: heddle COMMAND/);
    for (const name of ['echo [ENDPOINT]', 'forward LISTEN_ENDPOINT CONNECT_ENDPOINT', 'serve FILE'])
      expect(said).to.include(`  ${name} `);
    expect(await run('-h')).to.deep.equal({ code, said, complained });
  });

  it('without a word does the same, as a mistake', async () => {
    const { said } = await run('--help');
    expect(await run()).to.deep.equal({ code: 2, said: '', complained: said });
  });

  it('--version says the version of the package', async () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await run('--version')).to.deep.equal({ code: 0, said: `${version}\n`, complained: '' });
  });

  it('COMMAND --help names the options of the command', async () => {
    const { code, said, complained } = await run('serve', '--help');
    expect([code, complained]).to.deep.equal([0, '']);
    expect(said).to.match(/^Usage: heddle serve FILE \[OPTION/);
    for (const option of ['-l, --listen ENDPOINT', '--grace SECONDS', '--log FORMAT', '--log-level LEVEL'])
      expect(said).to.include(`  ${option} `);
    expect((await run('echo', '-h')).said).not.to.include('--listen');
  });

  it('no line of any help is longer than a terminal of 110 columns', async () => {
    for (const words of [['--help'], ['echo', '-h'], ['forward', '-h'], ['serve', '-h']])
      for (const line of (await run(...words)).said.split('\n')) expect(line.length).to.be.at.most(110);
  });

  const mistakes: Readonly<Record<string, readonly [words: readonly string[], complaint: string]>> = {
    'an unknown command': [['listen'], 'There is no command "listen"\nSee heddle --help'],
    'a misspelt command': [['ehco'], 'There is no command "ehco"; did you mean echo?\nSee heddle --help'],
    'an option before the command': [
      ['--log', 'json', 'echo'],
      'A command comes first, and "--log" is none\nSee heddle --help',
    ],
    'an unknown option': [['echo', '--prot'], 'Unknown option --prot\nSee heddle echo --help'],
    'a grace that is no number': [
      ['echo', '--grace', 'long'],
      '--grace must be a number of seconds, not "long"\nSee heddle echo --help',
    ],
    'a format of logs that isn’t there': [
      ['echo', '--log', 'xml'],
      '--log must be one of text, json, not "xml"\nSee heddle echo --help',
    ],
    'a level that isn’t there': [
      ['echo', '--log-level', 'loud'],
      '--log-level must be one of trace, debug, info, warning, error, fatal, not "loud"\nSee heddle echo --help',
    ],
    'a place to listen that can’t be read': [
      ['echo', 'tcp:80o'],
      'Bad endpoint description: the port must be a whole number from 0 to 65535, or the name of a service, not "80o"\n' +
        '    tcp:80o\n        ^^^\nSee heddle echo --help',
    ],
    'a place to connect that can’t be read': [
      ['forward', 'tcp:0', 'tpc:a:1'],
      'Bad endpoint description: Unknown endpoint type: "tpc"; known are tcp: tcp4: tcp6:. Did you mean tcp:?\n' +
        '    tpc:a:1\n    ^^^\nSee heddle forward --help',
    ],
    'a factory without a place': [
      ['serve', 'test/command/modules/factory.mjs'],
      'test/command/modules/factory.mjs exports a factory: say where to serve it by --listen ENDPOINT\nSee heddle serve --help',
    ],
    'an application with a place': [
      ['serve', 'test/command/modules/service.mjs', '-l', 'tcp:0'],
      'test/command/modules/service.mjs exports an application, which says itself where it listens: --listen is for a factory\n' +
        'See heddle serve --help',
    ],
  };
  for (const [what, [words, complaint]] of Object.entries(mistakes)) {
    it(`refuses ${what} with exit code 2`, async () => {
      expect(await run(...words)).to.deep.equal({ code: 2, said: '', complained: `heddle: ${complaint}\n` });
    });
  }
});
