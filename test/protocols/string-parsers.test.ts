import { expect } from 'chai';
import fc from 'fast-check';
import {
  type IParser,
  LengthLimitExceededError,
  LengthPrefixedParser,
  NetstringParseError,
  NetstringParser,
  type PrefixBits,
} from '../../src/protocols/index.js';
import { bytesOf, bytewise, cutAt, cutInput, parsePieces, type Parsed, splits } from './pieces.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function prefixed(bits: PrefixBits, string: Uint8Array): Buffer {
  const prefix = Buffer.alloc(bits / 8);
  prefix.writeUIntBE(string.length, 0, prefix.length);
  return Buffer.concat([prefix, string]);
}

/** What the strings are, found in a simple way. Of what isn't a netstring it tells only that. */
function netstringModel(input: Uint8Array, maxLength: number): Parsed {
  let rest = Buffer.from(input).toString('latin1');
  const items: string[] = [];
  for (;;) {
    const [whole, digits = ''] = /^(0|[1-9]\d*):/.exec(rest) ?? [];
    if (whole === undefined) break;
    const length = Number(digits);
    if (length > maxLength || rest.length <= whole.length + length || rest[whole.length + length] !== ',')
      break;
    items.push(rest.slice(whole.length, whole.length + length));
    rest = rest.slice(whole.length + length + 1);
  }
  const [, digits = '', after = ''] = /^(\d*)(.?)/s.exec(rest) ?? [];
  const unfinished =
    /^(0|[1-9]\d*)?$/.test(digits) &&
    Number(digits) <= maxLength &&
    (after === '' || (after === ':' && digits !== '' && rest.length <= digits.length + 1 + Number(digits)));
  return unfinished ? { items } : { items, error: 'refused' };
}

/** Which error it was is for other tests. */
const outcome = ({ items, error }: Parsed): Parsed =>
  error === undefined ? { items } : { items, error: 'refused' };

describe('NetstringParser', () => {
  it('gives all back that is in no string, wherever the input ends', () => {
    const input = '0:,12:hello, world,';
    for (let end = 0; end <= input.length; end += 1) {
      const parser = new NetstringParser();
      parser.feed(bytes(input.slice(0, end)));
      const rest = parser.next() === undefined ? '' : '0:,';
      const next = parser.next()?.toString();
      expect(rest + (next === undefined ? parser.clear().toString() : `12:${next},`)).to.equal(
        input.slice(0, end),
      );
    }
    const broken = new NetstringParser();
    broken.feed(bytes('2:aaa,'));
    expect(() => broken.next()).to.throw(NetstringParseError);
    expect(broken.clear().toString()).to.equal('2:aaa,');
  });

  const cases: readonly [name: string, input: string][] = [
    ['strings and an unfinished one', '5:hello,0:,1::,3:a,b,7:unfinis'],
    ['an unfinished length', '1:a,12'],
    ['a leading zero', '1:a,01:a,'],
    ['two zeros', '00:,'],
    ['no comma', '2:aaa,'],
    ['no length', '1:a,:a,'],
    ['a length above the limit', '1:a,21:a'],
    ['something else', 'GET / HTTP/1.1'],
  ];
  for (const [name, input] of cases) {
    it(`finds the same strings however the input is cut: ${name}`, () => {
      const expected = netstringModel(bytes(input), 20);
      for (const cut of [[bytes(input)], bytewise(bytes(input)), ...splits(bytes(input))]) {
        const parser = new NetstringParser({ maxLength: 20 });
        expect(outcome(parsePieces(parser, cut)), cut.join('|')).to.deep.equal(expected);
      }
    });
  }

  it('finds what the grammar says, for random input', () => {
    const netstring = bytesOf('a:,1', 15).map((string) =>
      bytes(`${string.length}:${Buffer.from(string).toString()},`),
    );
    const mixed = fc.array(fc.oneof(netstring, netstring, bytesOf('01:,a', 4)), { maxLength: 8 });
    const inputs = mixed.map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(cutInput(inputs), ([input, cut]) => {
        const expected = netstringModel(input, 12);
        for (const way of [cut, [input], bytewise(input)])
          expect(outcome(parsePieces(new NetstringParser({ maxLength: 12 }), way))).to.deep.equal(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a length with its first digit too many, and never adds up the rest', () => {
    const parser = new NetstringParser({ maxLength: 1000 });
    parser.feed(bytes('1001'));
    expect(() => parser.next())
      .to.throw(LengthLimitExceededError)
      .that.includes({ length: 1001, limit: 1000 });
    parser.feed(bytes('9'.repeat(1000)));
    expect(parser.clear().toString()).to.equal('1001');
  });

  it('is as new after clear()', () => {
    const parser = new NetstringParser();
    parser.feed(bytes('5:hel'));
    expect(parser.next()).to.equal(undefined);
    expect(parser.clear().toString()).to.equal('5:hel');
    parser.feed(bytes('1:a,'));
    expect(parser.next()?.toString()).to.equal('a');
  });
});

describe('LengthPrefixedParser', () => {
  for (const bits of [8, 16, 32] as const) {
    it(`finds the same strings however the input is cut: ${bits} bits`, () => {
      const strings = ['hello', '', '\0\0\0\x01', 'x'.repeat(200)];
      const whole = Buffer.concat([...strings.map((string) => prefixed(bits, bytes(string))), bytes('\0')]);
      for (const cut of [[whole], bytewise(whole), ...splits(whole)])
        expect(parsePieces(new LengthPrefixedParser(bits), cut)).to.deep.equal({
          items: bits === 8 ? [...strings, ''] : strings,
        });
    });

    it(`gives back strings of random lengths, cut at random: ${bits} bits`, () => {
      const lengths = fc.array(fc.nat(bits === 8 ? 255 : 5000), { maxLength: 20 });
      fc.assert(
        fc.property(lengths, fc.array(fc.nat(50_000), { maxLength: 12 }), (all, places) => {
          const strings = all.map((length, i) => Buffer.alloc(length, i));
          const cut = cutAt(Buffer.concat(strings.map((string) => prefixed(bits, string))), places);
          const items = strings.map((string) => string.toString('latin1'));
          expect(parsePieces(new LengthPrefixedParser(bits), cut)).to.deep.equal({ items });
        }),
      );
    });

    it(`refuses or takes random input, however it is cut: ${bits} bits`, () => {
      fc.assert(
        fc.property(cutInput(bytesOf('\0\0\0\x01\x05\xff', 60)), ([input, cut]) => {
          const whole = parsePieces(new LengthPrefixedParser(bits, { maxLength: 4 }), [input]);
          for (const way of [cut, bytewise(input)])
            expect(parsePieces(new LengthPrefixedParser(bits, { maxLength: 4 }), way)).to.deep.equal(whole);
        }),
      );
    });
  }

  it('knows 8, 16 and 32 bits only', () => {
    expect(() => new LengthPrefixedParser(24 as never)).to.throw(RangeError, 'not 24');
  });
});

/** How much memory an arena of buffers takes that this view keeps alive. */
const kept = ({ buffer }: Buffer): number => buffer.byteLength;

describe('Every parser', () => {
  const big = 60_000;
  const parsers: readonly [name: string, parser: () => IParser<Buffer>, one: Buffer, beginning: Buffer][] = [
    ['NetstringParser', () => new NetstringParser(), bytes(`${big}:${'x'.repeat(big)},`), bytes('90000:abc')],
    [
      'LengthPrefixedParser',
      () => new LengthPrefixedParser(32),
      prefixed(32, Buffer.alloc(big, 'x')),
      bytes('\0\x01\0\0abc'),
    ],
    [
      'NetstringParser, of a length',
      () => new NetstringParser(),
      bytes(`${big}:${'x'.repeat(big)},`),
      bytes('90'),
    ],
    [
      'LengthPrefixedParser, of a prefix',
      () => new LengthPrefixedParser(32),
      prefixed(32, Buffer.alloc(big, 'x')),
      bytes('\0\x01\0'),
    ],
  ];
  for (const [name, make, one, beginning] of parsers) {
    it(`delivers a string within one piece as a view of it: ${name}`, () => {
      const parser = make();
      const data = Buffer.concat([one, one]);
      parser.feed(data);
      for (const part of [0, 1]) {
        const string = parser.next()!;
        expect(string.buffer).to.equal(data.buffer);
        expect(string.byteOffset - data.byteOffset).to.be.within(part * one.length, (part + 1) * one.length);
        expect(string).to.have.length(big);
      }
    });

    it(`takes memory for what has come, not for what was announced: ${name}`, () => {
      const parser = make();
      for (const piece of bytewise(beginning)) {
        parser.feed(Buffer.from(piece));
        expect(parser.next()).to.equal(undefined);
      }
      // Node 26 makes its pool a little bigger than it says.
      expect(kept(parser.clear())).to.be.below(2 * Buffer.poolSize);
    });

    it(`doesn't keep a big piece for the few bytes that are left of it: ${name}`, () => {
      const parser = make();
      const data = Buffer.concat([one, beginning]);
      parser.feed(data);
      expect(parser.next()).to.have.length(big);
      expect(parser.next()).to.equal(undefined);
      const rest = parser.clear();
      expect(beginning.toString('latin1').endsWith(rest.toString('latin1'))).to.equal(true);
      expect(rest.length).to.be.greaterThan(1);
      expect(rest.buffer).not.to.equal(data.buffer);
      expect(kept(rest)).to.be.below(2 * Buffer.poolSize);
    });
  }
});
