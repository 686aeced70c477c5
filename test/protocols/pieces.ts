import fc from 'fast-check';
import { ParseError, type IParser } from '../../src/protocols/index.js';

/** What a parser made of some input: its items as text, and the class of the error that ended it. */
export interface Parsed {
  readonly items: readonly string[];
  readonly error?: string;
}

/** Feeds the pieces one by one, each followed by all items that there are then. */
export function parsePieces(parser: IParser<Buffer>, pieces: Iterable<Uint8Array>): Parsed {
  const items: string[] = [];
  try {
    for (const piece of pieces) {
      // A copy: who is fed owns what it is fed.
      parser.feed(Buffer.from(piece));
      for (let item = parser.next(); item !== undefined; item = parser.next())
        items.push(item.toString('latin1'));
    }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { items, error: error.name };
  }
  return { items };
}

export function bytewise(input: Uint8Array): Uint8Array[] {
  return Array.from(input, (_, at) => input.subarray(at, at + 1));
}

/** The input in two pieces, in every way. */
export function splits(input: Uint8Array): Uint8Array[][] {
  return Array.from({ length: input.length + 1 }, (_, at) => [input.subarray(0, at), input.subarray(at)]);
}

/** The input cut at these places. */
export function cutAt(input: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.toSorted((a, b) => a - b), input.length];
  return cuts.slice(1).map((end, i) => input.subarray(cuts[i], end));
}

/** Input, chosen at random, and a way to cut it. */
export function cutInput(input: fc.Arbitrary<Uint8Array>): fc.Arbitrary<[Uint8Array, Uint8Array[]]> {
  return input.chain((bytes) =>
    fc
      .array(fc.nat(bytes.length), { maxLength: 12 })
      .map((places): [Uint8Array, Uint8Array[]] => [bytes, cutAt(bytes, places)]),
  );
}

/** Bytes of an alphabet, so that what matters to a parser comes often. */
export function bytesOf(alphabet: string, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc
    .array(fc.constantFrom(...Buffer.from(alphabet, 'latin1')), { maxLength })
    .map((all) => Buffer.from(all));
}
