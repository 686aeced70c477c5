import { Failure } from '../defer/index.js';
import { ConnectionLost, type FileSendError } from '../errors/index.js';
import type { IDelayedCall } from '../interfaces/index.js';
import type { ConnectionDriver, ConnectionFeed } from './connection-driver.js';
import type { ConnectionLimits } from './connection-options.js';
import type { WriteQueue } from './write-queue.js';

const TOO_SLOW = 'the peer took nothing for so long as a close waits for';
const TOO_MUCH = 'the peer sent more than a close throws away';

/**
 * What is left of a connection whose protocol has heard that it is over.
 *
 * Facts (tcp(7), RFC 9293 3.6.1, RFC 2525 2.17, and measured): closing a socket that has unread input, or that
 * gets input afterwards, makes Linux send RST. The peer's kernel then throws away what it had received and not yet
 * handed out: of 3.2 MB queued a peer got 12 kB.
 *
 * So the socket sends what is queued, ends its own direction, and throws the peer's input away until the peer ends
 * too. Bounded in time and bytes, or a peer that doesn't end could keep the descriptor for ever. The time counts from the last
 * byte that the peer took: who reads slowly gets all of it. A bound that is met, or a send that fails, with bytes still
 * queued ends in a reset: what was cut off must not look like an end in order.
 */
export class LingeringClose implements ConnectionFeed {
  readonly wantsData = false;
  readonly queue: WriteQueue;
  readonly #driver: ConnectionDriver;
  readonly #lingerMs: number;
  readonly #timeout: IDelayedCall;
  #bytesLeft: number;
  #shutDown = false;
  /** The peer's end is here already: nothing is to be waited for once all is sent. */
  #closeWhenSent: boolean;

  constructor(driver: ConnectionDriver, queue: WriteQueue, peerEnded: boolean, limits: ConnectionLimits) {
    this.#driver = driver;
    this.queue = queue;
    this.#closeWhenSent = peerEnded;
    this.#bytesLeft = limits.lingerBytes;
    this.#lingerMs = limits.lingerMs;
    this.#timeout = driver.after(limits.lingerMs, () =>
      this.#cutOff(new Failure(new ConnectionLost(TOO_SLOW))),
    );
    if (queue.bytes === 0) this.#endWriting();
    else driver.startWriting();
    if (!peerEnded) driver.startReading();
  }

  dataReceived(data: Buffer): void {
    this.dataDiscarded(data.length);
  }

  dataDiscarded(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) this.#cutOff(new Failure(new ConnectionLost(TOO_MUCH)));
  }

  endOfFile(): void {
    if (this.#shutDown) {
      this.#close();
    } else {
      // There is nothing more to read, and the rest of the queue is still to be sent.
      this.#driver.stopReading();
      this.#closeWhenSent = true;
    }
  }

  hangUp(): void {
    // Sending will tell what it means.
  }

  sent(bytes: number): void {
    if (bytes > 0) this.#timeout.reset(this.#lingerMs / 1000);
    if (this.queue.bytes === 0 && !this.#shutDown) this.#endWriting();
    this.queue.tellSent();
  }

  fileFailed(error: FileSendError): void {
    this.#cutOff(new Failure(error));
  }

  failed(error: Error): void {
    this.#cutOff(new Failure(new ConnectionLost('', { cause: error })));
  }

  dropped(reason: Failure): void {
    this.#timeout[Symbol.dispose]();
    this.queue.clear();
    for (const file of this.queue.takeDropped()) file.fail(reason);
  }

  logPrefix(): string {
    return 'LingeringClose';
  }

  #endWriting(): void {
    this.#shutDown = true;
    if (this.#closeWhenSent) this.#close();
    else this.#driver.shutdownWrite();
  }

  /** Ends, whether all is sent or not. Who waits for a file to be sent is told why it won't be. */
  #cutOff(reason: Failure): void {
    const isCutOff = this.queue.bytes > 0;
    this.queue.clear();
    this.#close(isCutOff);
    for (const file of this.queue.takeDropped()) file.fail(reason);
  }

  #close(reset = false): void {
    this.#timeout[Symbol.dispose]();
    this.#driver.closeAtOnce(reset);
  }
}
