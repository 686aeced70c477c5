import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport } from '../interfaces/transport.js';
import { LengthLimitExceededError, type ParseError, StringTooLongError } from './errors.js';
import { LengthPrefixedParser, type PrefixBits, STRING_BYTES_MAX } from './length-prefixed-parser.js';
import { type PausableTransport, ParsingProtocol } from './parsing-protocol.js';

/**
 * A protocol of strings that are preceded by their length: choose one of the subclasses by the size of that prefix. A string is a
 * view of the input it came in, so the better thing to keep for long is a copy. Twisted: `IntNStringReceiver`.
 */
export abstract class IntNStringReceiver<T extends PausableTransport = ITCPTransport> extends ParsingProtocol<
  Buffer,
  T
> {
  /** How many bytes the prefix has. */
  abstract readonly prefixLength: 1 | 2 | 4;

  /** How many bytes a received string may have. Spelled as in Twisted. May be changed between any two strings. */
  MAX_LENGTH: number = STRING_BYTES_MAX;

  #parser: LengthPrefixedParser | undefined;

  /** A string has come; its prefix isn't part of it. */
  abstract stringReceived(string: Buffer): Completion;

  /**
   * A prefix announces a string of `length` bytes, which is above MAX_LENGTH; nothing of it is delivered. Closes the connection,
   * with `error` as the reason that `connectionLost` gets, unless overridden.
   */
  lengthLimitExceeded(length: number, error: LengthLimitExceededError): Completion {
    this.transport.loseConnection({ reason: error });
  }

  /**
   * Sends a string. The answer is that of `transport.write`. Throws a StringTooLongError if the prefix can't say its length, a
   * TypeError for what isn't bytes.
   */
  sendString(string: Uint8Array): boolean {
    const limit = 2 ** (this.prefixLength * 8) - 1;
    if (string.length > limit) throw new StringTooLongError(string.length, limit);
    const prefix = Buffer.allocUnsafe(this.prefixLength);
    prefix.writeUIntBE(string.length, 0, this.prefixLength);
    return this.transport.writeSequence([prefix, string]);
  }

  /**
   * The bytes that have come and were in no string yet. Within `stringReceived` they may be replaced, which is how the bytes
   * after a string are taken for something else.
   */
  get recvd(): Buffer {
    return this.itemParser.unparsed;
  }

  /** Puts other bytes in the place of those that wait. */
  set recvd(bytes: Buffer) {
    const parser = this.itemParser;
    parser.clear();
    parser.feed(bytes);
  }

  protected override get itemParser(): LengthPrefixedParser {
    const parser = (this.#parser ??= new LengthPrefixedParser((this.prefixLength * 8) as PrefixBits));
    if (parser.maxLength !== this.MAX_LENGTH) parser.maxLength = this.MAX_LENGTH;
    return parser;
  }

  protected override itemReceived(string: Buffer): Completion {
    return this.stringReceived(string);
  }

  protected override parseFailed(error: ParseError): Completion {
    if (error instanceof LengthLimitExceededError) return this.lengthLimitExceeded(error.length, error);
    return super.parseFailed(error);
  }
}

/** Strings of up to 255 bytes, after a length of one byte. Twisted: `Int8StringReceiver`. */
export abstract class Int8StringReceiver<
  T extends PausableTransport = ITCPTransport,
> extends IntNStringReceiver<T> {
  override readonly prefixLength = 1;
}

/** Strings of up to 65,535 bytes, after a length of two bytes. Twisted: `Int16StringReceiver`. */
export abstract class Int16StringReceiver<
  T extends PausableTransport = ITCPTransport,
> extends IntNStringReceiver<T> {
  override readonly prefixLength = 2;
}

/** Strings of up to 4 GiB (but see MAX_LENGTH), after a length of four bytes. Twisted: `Int32StringReceiver`. */
export abstract class Int32StringReceiver<
  T extends PausableTransport = ITCPTransport,
> extends IntNStringReceiver<T> {
  override readonly prefixLength = 4;
}
