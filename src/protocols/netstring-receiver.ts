import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport } from '../interfaces/transport.js';
import type { ParseError } from './errors.js';
import { STRING_BYTES_MAX } from './length-prefixed-parser.js';
import { NetstringParser } from './netstring-parser.js';
import { type PausableTransport, ParsingProtocol } from './parsing-protocol.js';

const COMMA = Buffer.from(',');

/**
 * A protocol of netstrings: `5:hello,`. Input that is none closes the connection, with a NetstringParseError or a
 * LengthLimitExceededError as the reason that `connectionLost` gets. A string is a view of the input it came in, so the
 * better thing to keep for long is a copy. Twisted: `NetstringReceiver`.
 */
export abstract class NetstringReceiver<T extends PausableTransport = ITCPTransport> extends ParsingProtocol<
  Buffer,
  T
> {
  /** How many bytes a string may have. Spelled as in Twisted. May be changed between any two strings. */
  MAX_LENGTH: number = STRING_BYTES_MAX;

  #parser: NetstringParser | undefined;
  #brokenPeer = false;

  /** Whether the peer has sent something that isn't a netstring, or is too long. */
  get brokenPeer(): boolean {
    return this.#brokenPeer;
  }

  /** A string has come. */
  abstract stringReceived(string: Buffer): Completion;

  /** Sends a string. The answer is that of `transport.write`. Throws a TypeError for what isn't bytes. */
  sendString(string: Uint8Array): boolean {
    return this.transport.writeSequence([Buffer.from(`${string.length}:`), string, COMMA]);
  }

  protected override get itemParser(): NetstringParser {
    const parser = (this.#parser ??= new NetstringParser());
    if (parser.maxLength !== this.MAX_LENGTH) parser.maxLength = this.MAX_LENGTH;
    return parser;
  }

  protected override itemReceived(string: Buffer): Completion {
    return this.stringReceived(string);
  }

  protected override parseFailed(error: ParseError): Completion {
    this.#brokenPeer = true;
    return super.parseFailed(error);
  }
}
