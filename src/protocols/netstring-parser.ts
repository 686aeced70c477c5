import { LengthLimitExceededError, NetstringParseError, type ParseError } from './errors.js';
import { STRING_BYTES_MAX, type StringParserOptions } from './length-prefixed-parser.js';
import { checkedLimit } from './limits.js';
import type { IParser } from './parser.js';
import { Unparsed } from './unparsed.js';

const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;

/** No length has more digits than this: it is above what a Buffer can hold. */
const DIGITS_MAX = 16;

/**
 * Reads netstrings, `5:hello,`: the length in decimal digits without a leading zero, a colon, the string, a comma.
 * Whatever can't be one is refused with the first byte that shows it, a length above the limit with its first digit too many.
 * Memory is taken for what has come, not for what was announced.
 *
 * Throws a RangeError for a limit that is none; `next` throws a NetstringParseError or a LengthLimitExceededError.
 */
export class NetstringParser implements IParser<Buffer> {
  readonly #input = new Unparsed();
  #maxLength: number = STRING_BYTES_MAX;
  /** The length of the string whose colon was read, else -1. */
  #length = -1;
  #error: ParseError | undefined;

  constructor({ maxLength }: StringParserOptions = {}) {
    if (maxLength !== undefined) this.maxLength = maxLength;
  }

  /** How many bytes a string may have. May be changed between any two strings. */
  get maxLength(): number {
    return this.#maxLength;
  }

  /** A new limit counts from the next length on. Throws a RangeError for a negative one. */
  set maxLength(maxLength: number) {
    this.#maxLength = checkedLimit('maxLength', maxLength);
  }

  feed(data: Buffer): void {
    if (this.#error === undefined) this.#input.push(data, this.#length < 0 ? Infinity : this.#length + 1);
  }

  next(): Buffer | undefined {
    if (this.#error !== undefined) throw this.#error;
    const input = this.#input;
    if (this.#length >= input.length) return undefined;
    if (this.#length < 0) this.#length = this.#takeLength();
    const length = this.#length;
    if (length < 0 || !input.gather(length + 1)) {
      input.settle();
      return undefined;
    }
    if (input.bytes[input.start + length] !== COMMA) {
      throw this.#fail(new NetstringParseError('A netstring must be followed by a comma'));
    }
    const string = input.take(length);
    input.skip(1);
    this.#length = -1;
    return string;
  }

  clear(): Buffer {
    const [length, rest] = [this.#length, this.#input.takeAll()];
    this.#error = undefined;
    this.#length = -1;
    // A length and its colon were taken from the input when they were read.
    return length < 0 ? rest : Buffer.concat([Buffer.from(`${length}:`), rest]);
  }

  /** Reads a length and its colon; -1 if they aren't all there. */
  #takeLength(): number {
    const input = this.#input;
    if (input.length === 0) return -1;
    // Digits are few, so joining some bytes more than are needed costs nothing.
    input.gather(DIGITS_MAX + 1);
    const { bytes, start, end } = input;
    let length = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === COLON && at > start) {
        input.skip(at + 1 - start);
        return length;
      }
      if (byte < ZERO || byte > NINE)
        throw this.#fail(new NetstringParseError('A netstring begins with its length'));
      if (at > start && length === 0)
        throw this.#fail(new NetstringParseError('A length has no leading zero'));
      length = length * 10 + byte - ZERO;
      if (length > this.#maxLength) throw this.#fail(new LengthLimitExceededError(length, this.#maxLength));
    }
    return -1;
  }

  #fail(error: ParseError): ParseError {
    this.#error = error;
    return error;
  }
}
