import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Deferred } from '../../src/defer/index.js';
import { Failure, succeed } from '../../src/defer/index.js';
import { ConnectionDone } from '../../src/errors/index.js';
import { type IProtocol, ParseError } from '../../src/index.js';
import { PausableTransport } from '../protocols/pausable-transport.js';
import { Bodies } from './listings/bodies.js';
import { StringTransport } from '../../src/testing/index.js';
import { Greeter } from './listings/greeter.js';
import { Letter } from './listings/letter.js';
import { Average } from './listings/measurements.js';
import { Shout } from './listings/shout.js';

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
const page = read('../../docs/protocols.md');

class Transport extends PausableTransport {
  drained(): Deferred<void> {
    return succeed<void>(undefined);
  }
}

/** What the protocol answers to these pieces. */
function converse(protocol: IProtocol, ...pieces: readonly (string | Buffer)[]): Transport {
  const transport = new Transport();
  void protocol.makeConnection(transport);
  for (const piece of pieces) void protocol.dataReceived(Buffer.from(piece));
  return transport;
}

function measurement(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes;
}

describe('docs/protocols.md', () => {
  it('shows the listings that are run here', () => {
    const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, listing]) => listing);
    const run = ['shout', 'bodies', 'greeter', 'measurements', 'letter'].map((name) =>
      read(`listings/${name}.ts`).replace("'../../../src/index.js'", "'heddle'"),
    );
    expect(shown).to.deep.equal(run);
  });

  it('links only to files that are there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target ?? '');
    expect(links).to.include('../src/protocols/unparsed.ts');
    for (const link of links) expect(() => read(`../../docs/${link}`), link).not.to.throw();
  });

  it('Shout shouts', () => {
    expect(converse(new Shout(), 'hel', 'lo\r\nyou\r\n').text).to.equal('HELLO\r\nYOU\r\n');
  });

  it('Bodies takes bodies', () => {
    const transport = converse(new Bodies(), 'PUT 5\r\nab', '\r\ncPUT 0\r\nhm\r\nPUT 1\r\nx');
    expect(transport.text).to.equal('Thank you\r\nWhat?\r\nThank you\r\n');
  });

  it('Greeter greets, and closes at an empty line', async () => {
    const greeter = new Greeter();
    const transport = new Transport();
    const ended = greeter.makeConnection(transport) as unknown as Promise<void>;
    greeter.dataReceived(Buffer.from('Ann\r\nBob\r\n\r\nnobody\r\n'));
    await ended;
    greeter.connectionLost(new Failure(new ConnectionDone()));
    expect([transport.text, transport.disconnecting]).to.deep.equal(['Hello Ann\r\nHello Bob\r\n', true]);
  });

  it('Letter sends the file, its length ahead of it', async () => {
    const path = fileURLToPath(new URL('../../docs/protocols.md', import.meta.url));
    const letter = new Letter(path);
    const transport = new StringTransport();
    const ended = letter.makeConnection(transport) as unknown as Promise<void>;
    letter.dataReceived(Buffer.from('GET\r\nGET\r\nBYE\r\n'));
    await ended;
    letter.connectionLost(new Failure(new ConnectionDone()));
    const answer = `${Buffer.byteLength(page)}\r\n${page}`;
    expect(transport.value().toString()).to.equal(answer + answer);
    expect(transport.disconnecting).to.equal(true);
  });

  it('Average averages, and refuses what is no measurement', () => {
    const input = Buffer.concat([measurement(1), measurement(3), measurement(NaN), measurement(5)]);
    const transport = converse(new Average(), ...Array.from(input, (byte) => Buffer.of(byte)));
    expect(transport.text).to.equal('1\r\n2\r\n');
    expect(transport.reason).to.be.instanceOf(ParseError);
  });
});
