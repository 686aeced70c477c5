import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport } from '../interfaces/transport.js';
import { LineTooLongError, type ParseError } from './errors.js';
import { CRLF, LINE_BYTES_MAX, LineParser } from './line-parser.js';
import { type PausableTransport, ParsingProtocol } from './parsing-protocol.js';
import type { IParser } from './parser.js';

/**
 * A protocol of lines and nothing else.
 *
 *     class Shout extends LineOnlyReceiver {
 *       override lineReceived(line: Buffer) {
 *         this.sendLine(Buffer.from(line.toString().toUpperCase()));
 *       }
 *     }
 *
 * A line is a view of the input it came in. Keeping it keeps that piece of input in memory, up to 256 KiB: a copy
 * (`Buffer.from(line)`) is the better thing to keep for long. Twisted: `LineOnlyReceiver`.
 */
export abstract class LineOnlyReceiver<T extends PausableTransport = ITCPTransport> extends ParsingProtocol<
  Buffer,
  T
> {
  /** What ends a line: one byte or more. A subclass may set it, and it may be changed between any two lines. */
  delimiter: Uint8Array = CRLF;

  /** How many bytes a line may have, without its delimiter. Spelled as in Twisted. */
  MAX_LENGTH: number = LINE_BYTES_MAX;

  #parser: LineParser | undefined;

  /** A line has come; its delimiter isn't part of it. */
  abstract lineReceived(line: Buffer): Completion;

  /**
   * A line is too long. `line` is all that there is: the beginning of that line at least, and whatever else has come, delimiters
   * included. It was taken out of the input, so unless the connection is closed the next bytes begin a line.
   * Closes the connection, with `error` as the reason that `connectionLost` gets, unless overridden.
   */
  lineLengthExceeded(line: Buffer, error: LineTooLongError): Completion {
    this.transport.loseConnection({ reason: error });
  }

  /** Sends a line; the delimiter is added. The answer is that of `transport.write`. Throws a TypeError for what isn't bytes. */
  sendLine(line: Uint8Array): boolean {
    this.transport.write(line);
    return this.transport.write(this.delimiter);
  }

  /** Finds the lines. */
  protected get lineParser(): LineParser {
    const parser = (this.#parser ??= new LineParser());
    if (parser.delimiter !== this.delimiter) parser.delimiter = this.delimiter;
    if (parser.maxLength !== this.MAX_LENGTH) parser.maxLength = this.MAX_LENGTH;
    return parser;
  }

  protected override get itemParser(): IParser<Buffer> {
    return this.lineParser;
  }

  protected override itemReceived(line: Buffer): Completion {
    return this.lineReceived(line);
  }

  protected override parseFailed(error: ParseError): Completion {
    if (error instanceof LineTooLongError) return this.lineLengthExceeded(this.lineParser.clear(), error);
    return super.parseFailed(error);
  }
}
