import { LengthLimitExceededError, type ParseError } from './errors.js';
import { checkedLimit } from './limits.js';
import type { IParser } from './parser.js';
import { Unparsed } from './unparsed.js';

/** How long a string may be unless something else is said, as in Twisted. */
export const STRING_BYTES_MAX = 99_999;

/** How many bits a length prefix may have. */
export type PrefixBits = 8 | 16 | 32;

/** The limit of a parser of strings. */
export interface StringParserOptions {
  /** How many bytes a string may have. Default 99,999. */
  readonly maxLength?: number;
}

/**
 * Reads strings that are preceded by their length, an unsigned number of 8, 16 or 32 bits, most significant byte first.
 * A length above the limit is refused as soon as it is there. Memory is taken for what has come, not for what was announced.
 *
 * Throws a RangeError for another number of bits and a limit that is none; `next` throws a LengthLimitExceededError.
 */
export class LengthPrefixedParser implements IParser<Buffer> {
  readonly #prefix: number;
  readonly #input = new Unparsed();
  #maxLength: number = STRING_BYTES_MAX;
  /** How many bytes the next string takes with its prefix, once that is there; before that the prefix alone. */
  #wanted: number;
  #error: ParseError | undefined;

  constructor(bits: PrefixBits, { maxLength }: StringParserOptions = {}) {
    if (![8, 16, 32].includes(bits)) throw new RangeError(`A prefix has 8, 16 or 32 bits, not ${bits}`);
    this.#prefix = bits / 8;
    this.#wanted = this.#prefix;
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

  /** The bytes that are in no string yet. */
  get unparsed(): Buffer {
    return this.#input.peekAll();
  }

  feed(data: Buffer): void {
    if (this.#error === undefined) this.#input.push(data, this.#wanted);
  }

  next(): Buffer | undefined {
    if (this.#error !== undefined) throw this.#error;
    const input = this.#input;
    const prefix = this.#prefix;
    if (input.length < this.#wanted) {
      if (this.#wanted === prefix) input.settle();
      return undefined;
    }
    input.gather(prefix, STORE_WITH_PREFIX);
    const length = input.bytes.readUIntBE(input.start, prefix);
    if (length > this.#maxLength) {
      this.#error = new LengthLimitExceededError(length, this.#maxLength);
      throw this.#error;
    }
    this.#wanted = prefix + length;
    if (!input.gather(this.#wanted)) {
      input.settle();
      return undefined;
    }
    this.#wanted = prefix;
    input.skip(prefix);
    return input.take(length);
  }

  clear(): Buffer {
    this.#error = undefined;
    this.#wanted = this.#prefix;
    return this.#input.takeAll();
  }
}

/** A prefix in pieces is rare: what is joined for it has room for a short string as well. */
const STORE_WITH_PREFIX = 64;
