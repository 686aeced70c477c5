import type { IPushProducer } from '../interfaces/index.js';
import { Protocol } from './protocol.js';

/**
 * The small protocols that every host once served, for tests and to see whether anybody is there. None of them lets a peer that doesn't
 * read fill this side's memory. Twisted: `twisted.protocols.wire`.
 */

/** Sends back what it gets (RFC 862). While more is queued than the transport's mark it doesn't read. */
export class Echo extends Protocol {
  override connectionMade(): void {
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** Throws away what it gets (RFC 863). */
export class Discard extends Protocol {}

/** RFC 864 suggests lines of 72 of the 95 printable characters, each beginning one character later than the one before. */
function characterLines(): Buffer {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  const lines = Array.from(
    printable,
    (_, start) => `${(printable + printable).slice(start, start + 72)}\r\n`,
  );
  return Buffer.from(lines.join(''), 'latin1');
}

let lines: Buffer | undefined;

/** Sends characters for as long as the peer takes them (RFC 864). A push producer: it writes until the transport pauses it. */
export class Chargen extends Protocol implements IPushProducer {
  #paused = true;

  override connectionMade(): void {
    this.transport.registerProducer(this, true);
    this.resumeProducing();
  }

  resumeProducing(): void {
    if ((this.transport as { readonly disconnecting?: boolean }).disconnecting === true) {
      // The close waits for its producer, and this one would never come to an end.
      this.transport.unregisterProducer();
      return;
    }
    lines ??= characterLines();
    this.#paused = false;
    // Changed by `pauseProducing`, which the transport calls inside `write`.
    while (!this.#isPaused()) this.transport.write(lines);
  }

  pauseProducing(): void {
    this.#paused = true;
  }

  stopProducing(): void {
    this.#paused = true;
  }

  #isPaused(): boolean {
    return this.#paused || !this.connected;
  }
}

/** Sends a quotation and ends (RFC 865). */
export class QOTD extends Protocol {
  /** To be overridden. */
  getQuote(): string {
    return 'A thread that is lifted in its turn makes cloth.\r\n';
  }

  override connectionMade(): void {
    this.transport.write(Buffer.from(this.getQuote()));
    this.transport.loseConnection();
  }
}

/** Sends the names of the users who are logged in, a line for each, and ends (RFC 866). */
export class Who extends Protocol {
  /** To be overridden: who is logged in is nobody's business unless you say so. */
  getUsers(): readonly string[] {
    return ['root'];
  }

  override connectionMade(): void {
    this.transport.write(
      Buffer.from(
        this.getUsers()
          .map((user) => `${user}\r\n`)
          .join(''),
      ),
    );
    this.transport.loseConnection();
  }
}

/** Sends the date and time in words, in UTC, and ends (RFC 867). */
export class Daytime extends Protocol {
  /** The time of day. To be overridden where it is to stand still. */
  now(): Date {
    return new Date();
  }

  override connectionMade(): void {
    this.transport.write(Buffer.from(`${this.now().toUTCString()}\r\n`));
    this.transport.loseConnection();
  }
}

/** From 1900, where RFC 868 begins to count, to 1970, where JavaScript does; in seconds. */
const SEVENTY_YEARS = 2_208_988_800;

/** Sends the seconds since 1900, UTC, as four bytes in network order, and ends (RFC 868). They begin anew in 2036. */
export class Time extends Protocol {
  /** The time of day. To be overridden where it is to stand still. */
  now(): Date {
    return new Date();
  }

  override connectionMade(): void {
    const seconds = Math.floor(this.now().getTime() / 1000) + SEVENTY_YEARS;
    const data = Buffer.alloc(4);
    data.writeUInt32BE(seconds % 2 ** 32);
    this.transport.write(data);
    this.transport.loseConnection();
  }
}
