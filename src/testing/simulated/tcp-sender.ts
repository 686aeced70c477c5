import { ByteQueue } from './byte-queue.js';
import type { Wire } from './wire.js';

/** What there is to send, and how much of it goes into one segment. */
export interface SenderParts {
  readonly wire: Wire;
  /** The room that the other side has told at first. */
  readonly window: number;
  /** How many of so many bytes the next segment takes. */
  readonly segmentBytes: (available: number) => number;
}

/**
 * The sending half of a TCP connection: bytes wait here until the other side has room for them, and count as queued until it has
 * acknowledged them. The end (FIN) goes behind the last byte.
 */
export class TcpSender {
  readonly #wire: Wire;
  readonly #segmentBytes: (available: number) => number;
  readonly #unsent = new ByteQueue();
  /** Counted from the connection's beginning: bytes that were sent, that were acknowledged, that may be sent at most. */
  #sent = 0;
  #acknowledged = 0;
  #allowed: number;
  #end: 'open' | 'wanted' | 'sent' = 'open';

  constructor({ wire, window, segmentBytes }: SenderParts) {
    this.#wire = wire;
    this.#segmentBytes = segmentBytes;
    this.#allowed = window;
  }

  /** Bytes that the other side hasn't acknowledged yet, sent or not. */
  get queued(): number {
    return this.#unsent.length + this.#sent - this.#acknowledged;
  }

  push(bytes: Uint8Array): void {
    this.#unsent.push(bytes);
    this.#pump();
  }

  /** FIN, once all is sent. */
  end(): void {
    if (this.#end !== 'open') return;
    this.#end = 'wanted';
    this.#pump();
  }

  /** The other side has so many bytes altogether, and room for so many more. */
  acknowledge(received: number, window: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, received);
    this.#allowed = Math.max(this.#allowed, received + window);
    this.#pump();
  }

  /** Forgets what wasn't sent. */
  discard(): void {
    this.#unsent.clear();
    this.#acknowledged = this.#sent;
  }

  #pump(): void {
    while (this.#unsent.length > 0 && this.#sent < this.#allowed) {
      const possible = Math.min(this.#unsent.length, this.#allowed - this.#sent);
      const bytes = this.#unsent.takeBytes(this.#segmentBytes(possible));
      this.#sent += bytes.length;
      this.#wire.send({ kind: 'data', bytes });
    }
    if (this.#end !== 'wanted' || this.#unsent.length > 0) return;
    this.#end = 'sent';
    this.#wire.send({ kind: 'fin' });
  }
}
