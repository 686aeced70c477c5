import { expect } from 'chai';
import fc from 'fast-check';
import { CRLF, LineParser, type LineParserOptions, LineTooLongError } from '../../src/protocols/index.js';
import { bytesOf, bytewise, cutAt, cutInput, parsePieces, type Parsed, splits } from './pieces.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What the lines are, found in the simplest way there is. */
function model(input: Uint8Array, { delimiter = CRLF, maxLength = 16_384 }: LineParserOptions): Parsed {
  const end = Buffer.from(delimiter).toString('latin1');
  const lines = Buffer.from(input).toString('latin1').split(end);
  const rest = lines.pop() ?? '';
  const tooLong = lines.findIndex((line) => line.length > maxLength);
  if (tooLong >= 0) return { items: lines.slice(0, tooLong), error: 'LineTooLongError' };
  return rest.length >= maxLength + end.length
    ? { items: lines, error: 'LineTooLongError' }
    : { items: lines };
}

describe('LineParser', () => {
  const cases: readonly [name: string, input: string, options: LineParserOptions][] = [
    ['lines and an unfinished one', 'one\r\n\r\ntwo\r\nthr', {}],
    ['parts of delimiters', '\r\r\n\n\r\n\n\r', {}],
    ['a delimiter of one byte', 'one\ntwo\n\nthree', { delimiter: bytes('\n') }],
    ['a long delimiter that begins like itself', 'aab<aab>aaab<aaab>>x', { delimiter: bytes('aab>>') }],
    ['a delimiter that overlaps itself', 'aaaaaaa', { delimiter: bytes('aa') }],
    ['a line as long as allowed', '1234567890\r\n12', { maxLength: 10 }],
    ['a line that is one byte too long', 'a\r\n12345678901\r\n12', { maxLength: 10 }],
    ['an unfinished line that will be too long', 'a\r\n123456789012', { maxLength: 10 }],
    ['only empty lines allowed', '\r\n\r\na\r\n', { maxLength: 0 }],
  ];
  for (const [name, input, options] of cases) {
    it(`finds the same lines however the input is cut: ${name}`, () => {
      const expected = model(bytes(input), options);
      expect(parsePieces(new LineParser(options), [bytes(input)]), 'whole').to.deep.equal(expected);
      expect(parsePieces(new LineParser(options), bytewise(bytes(input))), 'bytewise').to.deep.equal(
        expected,
      );
      for (const split of splits(bytes(input)))
        expect(parsePieces(new LineParser(options), split), split.join('|')).to.deep.equal(expected);
    });
  }

  it('finds what the simplest splitting finds, for random input, delimiters and limits', () => {
    const options = fc.record({
      delimiter: bytesOf('ab', 5).filter(({ length }) => length > 0),
      maxLength: fc.nat(12),
    });
    fc.assert(
      fc.property(cutInput(bytesOf('abc', 120)), options, ([input, cut], limits) => {
        const expected = model(input, limits);
        expect(parsePieces(new LineParser(limits), cut)).to.deep.equal(expected);
        expect(parsePieces(new LineParser(limits), bytewise(input))).to.deep.equal(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds long lines in pieces of random lengths', () => {
    const lengths = fc.array(fc.nat(5000), { maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(50_000), { maxLength: 12 }), (lines, places) => {
        const input = bytes(lines.map((length) => `${'x'.repeat(length)}\r\n`).join(''));
        expect(parsePieces(new LineParser(), cutAt(input, places))).to.deep.equal(model(input, {}));
      }),
    );
  });

  it('delivers a line within one piece as a view of it', () => {
    const parser = new LineParser();
    const data = bytes('one\r\ntwo\r\n');
    parser.feed(data);
    for (const offset of [0, 5]) {
      const line = parser.next()!;
      expect([line.buffer, line.byteOffset, line.length]).to.deep.equal([
        data.buffer,
        data.byteOffset + offset,
        3,
      ]);
    }
  });

  it('joins only the line that lies across two pieces', () => {
    const parser = new LineParser();
    parser.feed(bytes('on'));
    expect(parser.next()).to.equal(undefined);
    const data = bytes('e\r\ntwo\r\n');
    parser.feed(data);
    expect(parser.next()?.toString()).to.equal('one');
    const second = parser.next()!;
    expect([second.buffer, second.byteOffset]).to.deep.equal([data.buffer, data.byteOffset + 3]);
  });

  it('writes into no line that it has delivered, and into nothing it was fed', () => {
    const fed: [Buffer, string][] = [];
    const lines: [Buffer, string][] = [];
    const parser = new LineParser();
    const input = bytes('a\r\nbc\r\ndefgh\r\n'.repeat(300));
    for (let at = 0; at < input.length; at += 5) {
      const piece = Buffer.from(input.subarray(at, at + 5));
      fed.push([piece, piece.toString()]);
      parser.feed(piece);
      for (let line = parser.next(); line !== undefined; line = parser.next())
        lines.push([line, line.toString()]);
    }
    expect(lines).to.have.length(900);
    for (const [buffer, text] of [...fed, ...lines]) expect(buffer.toString()).to.equal(text);
  });

  it('throws the same error again, and keeps nothing more, until it is cleared', () => {
    const parser = new LineParser({ maxLength: 4 });
    parser.feed(bytes('one\r\ntoo long'));
    expect(parser.next()?.toString()).to.equal('one');
    let error: unknown;
    try {
      parser.next();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).to.be.instanceOf(LineTooLongError).and.include({ length: 8, limit: 4 });
    parser.feed(bytes('more'));
    expect(() => parser.next()).to.throw(error as Error);
    expect(parser.clear().toString()).to.equal('too long');
    parser.feed(bytes('two\r\n'));
    expect(parser.next()?.toString()).to.equal('two');
  });

  it('lets delimiter and limit be changed between two lines', () => {
    const parser = new LineParser({ maxLength: 3 });
    parser.feed(bytes('one\r\nlonger;tw'));
    expect(parser.next()?.toString()).to.equal('one');
    parser.delimiter = bytes(';');
    parser.maxLength = 6;
    expect(parser.next()?.toString()).to.equal('longer');
    expect(parser.next()).to.equal(undefined);
    parser.delimiter = bytes('w');
    expect(parser.next()?.toString()).to.equal('t');
  });

  it('gives all there is in raw mode', () => {
    const parser = new LineParser();
    parser.feed(bytes('one\r\ntw'));
    parser.next();
    parser.feed(bytes('o\r\n'));
    parser.raw = true;
    expect(parser.next()?.toString()).to.equal('two\r\n');
    expect(parser.next()).to.equal(undefined);
    parser.raw = false;
    parser.feed(bytes('three\r\n'));
    expect(parser.next()?.toString()).to.equal('three');
  });

  it('refuses an empty delimiter and a limit that is none, at once', () => {
    expect(() => new LineParser({ delimiter: bytes('') })).to.throw(RangeError, 'one byte or more');
    for (const maxLength of [-1, NaN])
      expect(() => new LineParser({ maxLength })).to.throw(RangeError, 'maxLength must be a number of bytes');
    expect(new LineParser({ maxLength: Infinity }).maxLength).to.be.greaterThan(2 ** 31);
  });
});
