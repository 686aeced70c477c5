import { Deferred, type Failure } from '../../defer/index.js';
import { Protocol } from '../../protocols/index.js';

/**
 * Keeps what it is told: that it was connected, all bytes, and why it was lost.
 * Twisted: `AccumulatingProtocol` (twisted.internet.testing).
 */
export class AccumulatingProtocol extends Protocol {
  /** How often `connectionMade` was called: 0 or 1. */
  made = 0;
  /** Whether the connection is lost. */
  closed = false;
  /** What `connectionLost` got. */
  closedReason: Failure | undefined;
  /** Fires in `connectionLost`. */
  readonly closedDeferred = new Deferred<void>();
  /** Fires in `connectionMade`. */
  readonly madeDeferred = new Deferred<this>();
  #data: Buffer[] = [];

  /** All bytes received so far. */
  get data(): Buffer {
    if (this.#data.length > 1) this.#data = [Buffer.concat(this.#data)];
    return this.#data[0] ?? Buffer.alloc(0);
  }

  override connectionMade(): void {
    this.made += 1;
    this.madeDeferred.callback(this);
  }

  override dataReceived(data: Buffer): void {
    this.#data.push(data);
  }

  override connectionLost(reason: Failure): void {
    this.closed = true;
    this.closedReason = reason;
    this.closedDeferred.callback();
  }
}
