import { createHash } from 'node:crypto';
import { type IPullProducer, Protocol } from '../../../src/index.js';

export const BIG = 60_000_000;
const PIECE = Buffer.alloc(60_000, Buffer.from(Array.from({ length: 250 }, (_, i) => i)));
const PAUSE_SECONDS = 0.3;

/** Sends a lot as it is taken, doesn't read for a while, and compares what comes back. */
export class AskBig extends Protocol implements IPullProducer {
  received = 0;
  queuedMax = 0;
  #sent = 0;
  readonly #said = createHash('sha256');
  readonly #heard = createHash('sha256');
  readonly #later: (seconds: number, f: () => void) => unknown;

  constructor(later: (seconds: number, f: () => void) => unknown) {
    super();
    this.#later = later;
  }

  override connectionMade(): void {
    const { transport } = this;
    transport.registerProducer(this, false);
    transport.pauseProducing();
    this.#later(PAUSE_SECONDS, () => transport.resumeProducing());
  }

  resumeProducing(): void {
    const piece = PIECE.subarray(0, BIG - this.#sent);
    this.#sent += piece.length;
    this.#said.update(piece);
    this.transport.write(piece);
    this.queuedMax = Math.max(this.queuedMax, this.transport.bytesQueued);
    if (this.#sent === BIG) this.transport.unregisterProducer();
  }

  stopProducing(): void {
    // The connection is lost; the comparison will tell.
  }

  override dataReceived(data: Buffer): void {
    this.received += data.length;
    this.#heard.update(data);
    if (this.received === BIG) this.transport.loseConnection();
  }

  /** Whether all came back as it was sent. To be asked once, afterwards. */
  same(): boolean {
    return this.received === BIG && this.#said.digest().equals(this.#heard.digest());
  }
}
