import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import type { ConformanceEnvironment, Peer } from '../../src/testing/conformance/index.js';
import { RunningProgram } from '../examples/ported/running-program.js';
import { describeOnKernel } from '../tcp/on-kernel.js';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Prettier breaks lines by their length, which differs in a guide, so line breaks don't count in TypeScript. In Python they do. */
const squeezed = (program: string): string => program.replaceAll(/\s+/g, '').replaceAll(/,(?=[}\])])/g, '');

describe('docs/porting-from-twisted.md', () => {
  const guide = read('docs/porting-from-twisted.md');
  const listings = [...guide.matchAll(/<!-- (\S+) -->\n\n```(ts|python)\n([\s\S]*?)```/g)];

  it('shows each program in both languages, and no other', () => {
    expect(listings.map(([, file]) => file)).to.deep.equal([
      'test/docs/porting-from-twisted/echoserv.py',
      'examples/ported/echoserv.ts',
      'test/docs/porting-from-twisted/echoclient.py',
      'examples/ported/echoclient.ts',
      'test/docs/porting-from-twisted/chat.py',
      'examples/ported/howto/chat.ts',
      'test/docs/porting-from-twisted/beacon.py',
      'examples/ported/beacon.ts',
    ]);
    expect(guide.split(/^```\w/m)).to.have.length(listings.length + 1);
  });

  for (const [, file = '', language, listing = ''] of listings) {
    it(`shows ${file} as it is`, () => {
      const program = read(file).replaceAll(/'(\.\.\/)+src\/index\.js'/g, "'heddle'");
      if (language === 'python') expect(listing).to.equal(program);
      else expect(squeezed(listing)).to.equal(squeezed(program));
    });
  }

  it('links only to what is there', () => {
    const links = [...guide.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target!);
    expect(links).to.include('../examples/ported/finger');
    for (const link of links) {
      expect(existsSync(new URL(`../../docs/${link}`, import.meta.url)), link).to.equal(true);
    }
  });

  it('has a link to each ported example', () => {
    for (const folder of ['examples/ported', 'examples/ported/howto']) {
      const files = readdirSync(new URL(`../../${folder}`, import.meta.url)).filter((name) =>
        name.endsWith('.ts'),
      );
      for (const file of files) expect(guide).to.include(`${folder}/${file}`);
    }
  });
});

const PYTHON = '/usr/bin/python3';

/** How the programs are started in each language. */
const LANGUAGES: Readonly<Record<string, (name: string, ...args: (string | number)[]) => RunningProgram>> = {
  TypeScript: (name, ...args) =>
    RunningProgram.typescript(`examples/ported/${name === 'chat' ? 'howto/chat' : name}.ts`, ...args),
  Python: (name, ...args) => new RunningProgram(PYTHON, `test/docs/porting-from-twisted/${name}.py`, ...args),
};

const hasTwisted = spawnSync(PYTHON, ['-c', 'import twisted']).status === 0;
const languages = Object.keys(LANGUAGES).filter((language) => language !== 'Python' || hasTwisted);

/** A server of this name, and where it listens. */
async function serve(
  env: ConformanceEnvironment,
  language: string,
  name: string,
): Promise<[RunningProgram, number]> {
  const server = LANGUAGES[language]!(name, 'tcp:0:interface=127.0.0.1');
  env.addCleanup(() => server[Symbol.asyncDispose]());
  return [server, Number(await env.drive.result(server.says(/^listening on .*?(?:tcp:|port=)(\d+)/)))];
}

const lines = (peer: Peer): string[] => peer.received.toString().split('\r\n').slice(0, -1);

for (const language of languages) {
  describeOnKernel(`The worked ports of docs/porting-from-twisted.md, in ${language}`, (it) => {
    it('echoserv sends back what comes, to whoever comes', async (env) => {
      const [server, port] = await serve(env, language, 'echoserv');
      const clients = languages.map((other) => LANGUAGES[other]!('echoclient', `tcp:127.0.0.1:${port}`));
      env.addCleanup(() => Promise.all(clients.map((client) => client[Symbol.asyncDispose]())));
      const codes = await env.drive.result(Promise.all(clients.map((client) => client.ended())));
      for (const [index, client] of clients.entries()) {
        expect([codes[index], client.output, client.complaints]).to.deep.equal([
          0,
          'came back: A line\ncame back: and one more\ncame back: That was all\n3 lines\n',
          '',
        ]);
      }

      const peer = env.peers.connect({ host: '127.0.0.1', port });
      const big = Buffer.alloc(3_000_000, 'All work and no play makes Jack a dull boy.\n');
      peer.send(big);
      await env.drive(() => peer.bytesReceived === big.length);
      expect(peer.received.equals(big)).to.equal(true);
      peer.shutdownWrite();
      await env.drive(() => peer.sawClose);
      expect([peer.bytesReceived, peer.sawReset]).to.deep.equal([big.length, false]);

      expect([await env.drive.result(server.stop()), server.complaints]).to.deep.equal([0, '']);
    });

    it('echoclient has exit code 1 when the connection ends too early', async (env) => {
      const listener = env.peers.listen();
      const client = LANGUAGES[language]!('echoclient', `tcp:127.0.0.1:${listener.address.port}`);
      env.addCleanup(() => client[Symbol.asyncDispose]());
      await env.drive(() => listener.accepted.length === 1);
      const [peer] = listener.accepted;
      await env.drive(() => lines(peer!).length === 3);
      peer!.send('A line\r\nand one m');
      peer!.shutdownWrite();
      expect(await env.drive.result(client.ended())).to.equal(1);
      expect(client.output).to.equal('came back: A line\n');
      expect(client.complaints).to.match(/ConnectionDone/);
    });

    it('chat wants a name that nobody has, and then lets talk', async (env) => {
      const [server, port] = await serve(env, language, 'chat');
      const come = (): Peer => env.peers.connect({ host: '127.0.0.1', port });
      const hears = (peer: Peer, ...heard: string[]) => {
        const all = lines(peer);
        expect(all.slice(-heard.length)).to.deep.equal(heard);
      };
      const [ann, bob] = [come(), come()];
      ann.send('An');
      await env.drive(() => lines(ann).length === 1);
      ann.send('n\r\n');
      await env.drive(() => lines(ann).length === 2);
      hears(ann, 'Who are you?', 'Welcome, Ann');
      bob.send('\r\nAnn\r\n__proto__\r\nhello\r\n');
      await env.drive(() => lines(bob).length === 4 && lines(ann).length === 4);
      hears(bob, 'Who are you?', 'Take another name', 'Take another name', 'Welcome, __proto__');
      hears(ann, '__proto__ has come', '<__proto__> hello');
      ann.send(Buffer.from('caf\u00e9 \r\n', 'latin1'));
      await env.drive(() => lines(bob).length === 5);
      hears(bob, '<Ann> caf\ufffd ');
      bob.reset();
      await env.drive(() => lines(ann).length === 5);
      hears(ann, '__proto__ has gone');
      ann.send('x'.repeat(20_000));
      await env.drive(() => ann.sawClose);
      expect([await env.drive.result(server.stop()), server.complaints]).to.deep.equal([0, '']);
    });

    it('beacon sends its beats, comes back when the connection is lost, and stops in order', async (env) => {
      const { address, accepted } = env.peers.listen();
      const beacon = LANGUAGES[language]!('beacon', `tcp:127.0.0.1:${address.port}`, 0.02);
      env.addCleanup(() => beacon[Symbol.asyncDispose]());
      const beats = (peer: Peer) => lines(peer).map((line) => Number(/^beat (\d+)$/.exec(line)![1]));
      await env.drive(() => accepted.length === 1 && lines(accepted[0]!).length >= 3);
      const first = beats(accepted[0]!);
      expect(first).to.deep.equal(first.map((_, index) => index + 1));
      accepted[0]!.send('well done\r\n');
      await env.drive.result(beacon.says(/^heard well done\n/));
      accepted[0]!.reset();
      await env.drive(() => accepted.length === 2 && lines(accepted[1]!).length >= 2);
      const second = beats(accepted[1]!);
      expect(second[0]).to.be.greaterThan(first.at(-1)!);
      expect(second).to.deep.equal(second.map((_, index) => second[0]! + index));
      const stopped = beacon.stop();
      await env.drive(() => accepted[1]!.sawEnd);
      accepted[1]!.close();
      expect(await env.drive.result(stopped)).to.equal(0);
      expect([beacon.output, beacon.complaints]).to.deep.equal(['heard well done\nstopped\n', '']);
    });
  });
}

if (!hasTwisted) {
  describe('The worked ports of docs/porting-from-twisted.md, in Python', () => {
    it("have to wait for Debian's python3-twisted to be installed");
  });
}
