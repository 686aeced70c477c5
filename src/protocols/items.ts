import { ParseError, UnfinishedInputError } from './errors.js';
import { LengthPrefixedParser, type PrefixBits, type StringParserOptions } from './length-prefixed-parser.js';
import { LineParser, type LineParserOptions } from './line-parser.js';
import { NetstringParser } from './netstring-parser.js';
import type { IParser } from './parser.js';
import { StreamProtocol } from './stream-protocol.js';

/** Where bytes come from: a {@link StreamProtocol}, or whatever else gives them in pieces, such as node's Readable. */
export type ByteSource = AsyncIterable<Uint8Array>;

/** How many items wait for their reader. */
export interface ItemsOptions {
  /**
   * What becomes of bytes that are no whole item when the source ends in order: they are dropped, or an UnfinishedInputError is
   * thrown, which has them. Default 'drop'.
   */
  readonly unfinished?: 'drop' | 'throw';
  /**
   * Whether the connection of a StreamProtocol stays when the loop is left before its end. What has come after the last item is
   * then put back into it, for the next loop. Default false: the connection is closed. Other sources can't: a TypeError.
   */
  readonly keepOpen?: boolean;
}

/**
 * The items that `parser` finds in what comes from `source`, in a loop:
 *
 *     for await (const command of items(connection, new CommandParser())) ...
 *
 * The source is asked for more only when the parser has nothing left, so it is held up while the loop is busy. The loop ends as that
 * over the source does. A ParseError is thrown in it, and closes the connection of a StreamProtocol with that as the reason.
 * For lines and strings there are `lines`, `netstrings` and `intStrings`. Not in Twisted.
 */
export function items<Item>(
  source: ByteSource,
  parser: IParser<Item>,
  options: ItemsOptions = {},
): AsyncGenerator<Item, void, undefined> {
  if (options.keepOpen === true && !(source instanceof StreamProtocol)) {
    throw new TypeError('Only a StreamProtocol can be kept open');
  }
  return iterate(source, parser, options);
}

/** The lines that come from `source`, without their delimiters; a LineTooLongError is thrown in the loop. See {@link items}. */
export function lines(
  source: ByteSource,
  options: LineParserOptions & ItemsOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  return items(source, new LineParser(options), options);
}

/** The netstrings that come from `source`; a NetstringParseError or LengthLimitExceededError is thrown in the loop. See {@link items}. */
export function netstrings(
  source: ByteSource,
  options: StringParserOptions & ItemsOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  return items(source, new NetstringParser(options), options);
}

/**
 * The strings that come from `source`, each after its length in so many bits; a LengthLimitExceededError is thrown in the loop.
 * See {@link items}.
 */
export function intStrings(
  source: ByteSource,
  bits: PrefixBits,
  options: StringParserOptions & ItemsOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  return items(source, new LengthPrefixedParser(bits, options), options);
}

async function* iterate<Item>(
  source: ByteSource,
  parser: IParser<Item>,
  { unfinished = 'drop', keepOpen = false }: ItemsOptions,
): AsyncGenerator<Item, void, undefined> {
  const stream = source instanceof StreamProtocol ? source : undefined;
  let ended = false;
  try {
    for await (const chunk of stream?.chunks({ keepOpen }) ?? source) {
      parser.feed(asBuffer(chunk));
      for (;;) {
        const item = nextOf(parser, keepOpen ? undefined : stream);
        if (item === undefined) break;
        yield item;
      }
    }
    ended = true;
  } finally {
    if (!ended && keepOpen) stream?.unshift(parser.clear());
  }
  const rest = parser.clear();
  if (rest.length > 0 && unfinished === 'throw') throw new UnfinishedInputError(rest);
}

/** The parser's next item. What it refuses closes the connection, before leaving the loop does so without a reason. */
function nextOf<Item>(parser: IParser<Item>, stream: StreamProtocol | undefined): Item | undefined {
  try {
    return parser.next();
  } catch (error) {
    if (error instanceof ParseError) stream?.transport.loseConnection({ reason: error });
    throw error;
  }
}

/** The same memory as a Buffer. */
function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`The source must give bytes (Buffers or Uint8Arrays), not ${typeof chunk}`);
}
