/**
 * Makes items (lines, strings, commands) of bytes, without any I/O: it is fed what comes, in pieces of any size, and asked
 * for what is complete. What the items are must not depend on the pieces.
 *
 *     parser.feed(data);
 *     for (let item = parser.next(); item !== undefined; item = parser.next()) ...
 *
 * A protocol on a parser is a {@link ParsingProtocol}; a loop on one is {@link items}. A parser of your own finds in
 * {@link Unparsed} a place for the bytes, and throws a {@link ParseError} of its own kind.
 */
export interface IParser<Item> {
  /** Bytes have come. They are the parser's from now on: nobody may write into them. */
  feed(data: Buffer): void;
  /**
   * The next complete item, or undefined if more bytes are needed for it. Items are views of what was fed, wherever one
   * lies in one piece. Throws a ParseError when the input can't be right. From then on it throws the same one again and
   * `feed` keeps nothing, until `clear`.
   */
  next(): Item | undefined;
  /** All bytes that are in no item yet; the parser is as new. */
  clear(): Buffer;
}
