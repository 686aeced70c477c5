import { expect } from 'chai';
import fc from 'fast-check';
import { type Command, RespError, RespParser, type RespLimits } from '../../examples/resp-parser.js';
import { bytesOf, bytewise, cutAt, cutInput, splits } from '../protocols/pieces.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

/** The commands found, and the message of the error that ended it. */
function parse(pieces: Iterable<Uint8Array>, limits?: RespLimits): readonly (string[] | string)[] {
  const parser = new RespParser(limits);
  const found: (string[] | string)[] = [];
  try {
    for (const piece of pieces) {
      parser.feed(Buffer.from(piece));
      for (let words: Command | undefined = parser.next(); words !== undefined; words = parser.next())
        found.push([...words]);
    }
  } catch (error) {
    if (!(error instanceof RespError)) throw error;
    found.push(error.message);
  }
  return found;
}

describe('RespParser', () => {
  const cases: readonly [name: string, input: string, found: (string[] | string)[]][] = [
    [
      'commands',
      `${encode(['SET', 'a', ''])}${encode(['GET', '\r\n'])}*2\r\n$3\r\nGE`,
      [
        ['SET', 'a', ''],
        ['GET', '\r\n'],
      ],
    ],
    ['lines', 'PING\r\n\r\nECHO  hi\nGE', [['PING'], [], ['ECHO', 'hi']]],
    ['commands without words', `*0\r\n*-1\r\n${encode(['PING'])}`, [['PING']]],
    ['something else than a word', '*1\r\n+OK\r\n', ["expected '$'"]],
    ['a word that is longer than it says', '*1\r\n$2\r\nabc\r\n', ['a bulk string must end with CR LF']],
    ['a word without a length', '*1\r\n$-1\r\n', ['invalid bulk length']],
    ['a length that is none', `${encode(['PING'])}*1x\r\n`, [['PING'], 'a length must be a number']],
    ['a length without an end', `*${'0'.repeat(30)}`, ['a length must be a number']],
    ['a CR without its LF', '*1\rx', ['a length must be a number']],
    ['too many words', '*5\r\n', ['invalid multibulk length']],
    ['a word that is too long', '*2\r\n$3\r\nabc\r\n$11\r\n', ['invalid bulk length']],
    ['words that are too long together', '*4\r\n$9\r\n123456789\r\n$7\r\n', ['invalid bulk length']],
    ['a line that is too long', `PING\r\n${'x'.repeat(21)}`, [['PING'], 'too big inline request']],
  ];
  const limits = { maxWords: 4, maxWordLength: 10, maxCommandLength: 15, maxLineLength: 20 };
  for (const [name, input, found] of cases) {
    it(`finds the same however the input is cut: ${name}`, () => {
      for (const cut of [[bytes(input)], bytewise(bytes(input)), ...splits(bytes(input))])
        expect(parse(cut, limits), cut.join('|')).to.deep.equal(found);
    });
  }

  it('gives back random commands, cut at random', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '*', '$', '\0'), maxLength: 20 });
    const commands = fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { maxLength: 10 });
    fc.assert(
      fc.property(commands, fc.array(fc.nat(2000), { maxLength: 12 }), (all, places) => {
        const input = bytes(all.map(encode).join(''));
        expect(parse(cutAt(input, places))).to.deep.equal(all);
        expect(parse(bytewise(input))).to.deep.equal(all);
      }),
    );
  });

  it('makes the same of random input, however it is cut', () => {
    fc.assert(
      fc.property(cutInput(bytesOf('*$1230\r\n\r\nax -', 60)), ([input, cut]) => {
        const whole = parse([input], limits);
        expect(parse(cut, limits)).to.deep.equal(whole);
        expect(parse(bytewise(input), limits)).to.deep.equal(whole);
      }),
      { numRuns: 2000 },
    );
  });
});
