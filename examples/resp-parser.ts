import { type IParser, ParseError, Unparsed } from '../src/index.js'; // 'heddle', in a program of yours

/**
 * Commands of Redis clients (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/), without any I/O: an array of
 * bulk strings, `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`, or a line with words, `PING\r\n`, which is what people type.
 *
 * The words are strings of one character for each byte (latin1), so they can hold any bytes, compare quickly, and keep nothing of the
 * input in memory. Everything has a limit, and whatever is above it is refused as soon as it is announced.
 */
export interface RespLimits {
  /** Words of a command. Default 1024. */
  readonly maxWords?: number;
  /** Bytes of a word. Default 1 MiB. */
  readonly maxWordLength?: number;
  /** Bytes of all words of a command together. Default 16 MiB. */
  readonly maxCommandLength?: number;
  /** Bytes of a command that is a line. Default 64 KiB. */
  readonly maxLineLength?: number;
}

/** A command and its arguments. */
export type Command = readonly string[];

export class RespError extends ParseError {
  static {
    this.prototype.name = 'RespError';
  }
}

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const STAR = 0x2a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** A marker, a sign, 16 digits and CR LF: no number that is asked for takes more. */
const NUMBER_BYTES_MAX = 20;
const UNFINISHED = -2;

export class RespParser implements IParser<Command> {
  readonly #input = new Unparsed();
  readonly #limits: Required<RespLimits>;
  /** The words of the command that is being read, and how many are still to come. */
  #words: string[] = [];
  #missing = 0;
  /** How many bytes the words read and announced so far have. */
  #bytes = 0;
  /** The length of the word that comes next, if it was read. */
  #length = -1;
  #error: RespError | undefined;

  constructor(limits: RespLimits = {}) {
    this.#limits = {
      maxWords: 1024,
      maxWordLength: 1024 * 1024,
      maxCommandLength: 16 * 1024 * 1024,
      maxLineLength: 64 * 1024,
      ...limits,
    };
  }

  feed(data: Buffer): void {
    if (this.#error === undefined) this.#input.push(data, this.#length < 0 ? Infinity : this.#length + 2);
  }

  next(): Command | undefined {
    if (this.#error !== undefined) throw this.#error;
    const command = this.#read();
    if (command === undefined) this.#input.settle();
    return command;
  }

  clear(): Buffer {
    this.#error = undefined;
    this.#words = [];
    this.#missing = 0;
    this.#length = -1;
    return this.#input.takeAll();
  }

  #read(): Command | undefined {
    while (this.#missing === 0) {
      if (this.#input.length === 0) return undefined;
      if (this.#input.bytes[this.#input.start] !== STAR) return this.#readLine();
      const count = this.#readNumber(STAR);
      if (count === UNFINISHED) return undefined;
      if (count > this.#limits.maxWords) throw this.#fail('invalid multibulk length');
      // A command without words is none, and what follows it is looked at.
      this.#missing = Math.max(0, count);
      this.#bytes = 0;
    }
    while (this.#missing > 0) {
      if (!this.#readWord()) return undefined;
      this.#missing -= 1;
    }
    const words = this.#words;
    this.#words = [];
    return words;
  }

  /** Reads a bulk string; false if it isn't all there. */
  #readWord(): boolean {
    if (this.#length < 0) {
      const length = this.#readNumber(DOLLAR);
      if (length === UNFINISHED) return false;
      this.#bytes += length;
      const { maxWordLength, maxCommandLength } = this.#limits;
      if (length < 0 || length > maxWordLength || this.#bytes > maxCommandLength) {
        throw this.#fail('invalid bulk length');
      }
      this.#length = length;
    }
    const input = this.#input;
    const length = this.#length;
    if (!input.gather(length + 2)) return false;
    const { bytes, start } = input;
    if (bytes[start + length] !== CR || bytes[start + length + 1] !== LF) {
      throw this.#fail('a bulk string must end with CR LF');
    }
    this.#words.push(bytes.toString('latin1', start, start + length));
    input.skip(length + 2);
    this.#length = -1;
    return true;
  }

  /** Reads a marker, a number and CR LF. */
  #readNumber(marker: number): number {
    const input = this.#input;
    if (input.length === 0) return UNFINISHED;
    if (input.end - input.start < NUMBER_BYTES_MAX) input.gather(NUMBER_BYTES_MAX);
    const { bytes, start } = input;
    const end = Math.min(input.end, start + NUMBER_BYTES_MAX);
    if (bytes[start] !== marker) throw this.#fail(`expected '${String.fromCharCode(marker)}'`);
    const negative = start + 1 < end && bytes[start + 1] === MINUS;
    const first = negative ? start + 2 : start + 1;
    let value = 0;
    let at = first;
    for (; at < end && isDigit(bytes[at]); at += 1) value = value * 10 + (bytes[at] as number) - ZERO;
    const mayGoOn = end - start < NUMBER_BYTES_MAX;
    if (mayGoOn && (at >= end || (at + 1 === end && at > first && bytes[at] === CR))) return UNFINISHED;
    if (at === first || at + 1 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) {
      throw this.#fail('a length must be a number');
    }
    input.skip(at + 2 - start);
    return negative ? -1 : value;
  }

  /** Reads a line with words between spaces; an empty one is a command without words. */
  #readLine(): Command | undefined {
    const input = this.#input;
    const { maxLineLength } = this.#limits;
    input.gather(Math.min(input.length, maxLineLength + 2));
    const { bytes, start, end } = input;
    const at = bytes.subarray(start, Math.min(end, start + maxLineLength + 2)).indexOf(LF);
    if (at < 0) {
      if (end - start > maxLineLength) throw this.#fail('too big inline request');
      return undefined;
    }
    const line = input.take(at).toString('latin1').replace(/\r$/, '');
    input.skip(1);
    return line.split(' ').filter((word) => word !== '');
  }

  #fail(why: string): RespError {
    this.#error = new RespError(why);
    return this.#error;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
