import type { HangUp, IDelayedCall, IReactorTime } from '../../interfaces/index.js';
import { errno, systemError } from '../../libc/index.js';
import { withLogContext } from '../../logger/index.js';
import type { ConnectionDriver, ConnectionFeed, ConnectionLimits } from '../../tcp/index.js';
import { LingeringClose } from '../../tcp/lingering-close.js';
import type { QueuedFile } from '../../tcp/queued-file.js';
import { WriteQueue } from '../../tcp/write-queue.js';
import { readPiece } from '../file-piece.js';
import type { MemorySocket } from './memory-socket.js';

/** The rounds that drivers take part in, as a reactor's turns. */
export interface Rounds {
  /** The time of the rounds. */
  readonly time: Pick<IReactorTime, 'callLater'>;
  /** The driver takes part from now on. */
  join(driver: MemoryDriver): void;
  /** Has `driver.flush()` called when the round ends. */
  flushAtEnd(driver: MemoryDriver): void;
  /** Something may have to be done in a round that hadn't been before. */
  wake(): void;
  /** The driver has nothing to drive any more. */
  leave(driver: MemoryDriver): void;
}

/** What a driver works on. */
export interface MemoryDriverParts {
  /** The rounds that it takes part in. */
  readonly rounds: Rounds;
  /** Where its bytes come from and go to. */
  readonly socket: MemorySocket;
  /** The connection that it drives. */
  readonly feed: ConnectionFeed;
  /** The bounds of the connection. */
  readonly limits: ConnectionLimits;
  /** The most that one call of `dataReceived` gets. */
  readonly readBytes: number;
}

/**
 * Drives a connection over a socket in memory, by the rules by which the ReadinessDriver does it over epoll: one read
 * for each event, what was written goes out when the round ends, what found no room waits until there is some, a
 * hang-up is told while reading is stopped.
 */
export class MemoryDriver implements ConnectionDriver {
  readonly #rounds: Rounds;
  readonly #socket: MemorySocket;
  readonly #limits: ConnectionLimits;
  readonly #readBytes: number;
  #feed: ConnectionFeed;
  #open = true;
  #reading = false;
  /** A flush is asked for. */
  #dirty = false;
  /** There was no room for all: flushing waits until there is. */
  #blocked = false;
  /** The worst hang-up that was told. */
  #told: HangUp | undefined;

  constructor({ rounds, socket, feed, limits, readBytes }: MemoryDriverParts) {
    this.#rounds = rounds;
    this.#socket = socket;
    this.#feed = feed;
    this.#limits = limits;
    this.#readBytes = readBytes;
  }

  // ---- what the connection asks

  startReading(): void {
    this.#reading = true;
    this.#rounds.wake();
  }

  stopReading(): void {
    this.#reading = false;
    // A hang-up that reading would have told is told as one from now on.
    this.#rounds.wake();
  }

  startWriting(): void {
    if (this.#dirty || this.#blocked || !this.#open) return;
    this.#dirty = true;
    this.#rounds.flushAtEnd(this);
  }

  shutdownWrite(): void {
    this.#socket.shutdownWrite();
    this.#rounds.wake();
  }

  closeInOrder(queue: WriteQueue, peerEnded: boolean): void {
    const { lingerMs } = this.#limits;
    if (queue.bytes === 0 && (peerEnded || lingerMs === 0)) this.closeAtOnce(false);
    else this.#feed = new LingeringClose(this, queue, peerEnded, this.#limits);
  }

  closeAtOnce(reset: boolean): void {
    if (!this.#open) return;
    this.release();
    this.#socket.close(reset);
    this.#rounds.wake();
  }

  /** There is no number to answer, so nothing is left that could be given away. */
  release(): number {
    this.#open = false;
    this.#rounds.leave(this);
    return -1;
  }

  later(f: () => void): IDelayedCall {
    this.#rounds.wake();
    return this.#rounds.time.callLater(0, f);
  }

  after(delayMs: number, f: () => void): IDelayedCall {
    this.#rounds.wake();
    return this.#rounds.time.callLater(delayMs / 1000, f);
  }

  // ---- what the rounds call

  /** Whether a round has something to do here. */
  get ready(): boolean {
    return this.#open && (this.#dirty || this.#wantsToRead || this.#news !== undefined || this.#wantsToWrite);
  }

  /** What epoll would have told. True if there was anything. */
  poll(): boolean {
    return withLogContext(this, () => this.#poll());
  }

  /** Log records of the program's callbacks have it as their `system`. */
  logPrefix(): string {
    return this.#feed.logPrefix();
  }

  /** Sends what is queued, as far as there is room for it at the other end. */
  flush(): void {
    this.#dirty = false;
    if (!this.#open || this.#blocked) return;
    const { queue } = this.#feed;
    const { chunkBytes, file } = queue;
    if (chunkBytes === 0 && file !== undefined) {
      this.#flushFile(queue, file);
      return;
    }
    const sent = chunkBytes === 0 ? 0 : this.#socket.send(queue);
    if (!this.#taken(sent)) return;
    queue.consume(sent);
    this.#blocked = sent < chunkBytes;
    if (!this.#blocked && file !== undefined) this.startWriting();
    this.#feed.sent(sent);
  }

  #flushFile(queue: WriteQueue, file: QueuedFile): void {
    const piece = readPiece(file);
    if (!(piece instanceof Uint8Array)) {
      this.#feed.fileFailed(piece);
      return;
    }
    const pieces = new WriteQueue();
    pieces.push(piece);
    const sent = this.#socket.send(pieces);
    if (!this.#taken(sent)) return;
    queue.consume(sent);
    this.#blocked = file.bytes > 0;
    if (!this.#blocked && queue.bytes > 0) this.startWriting();
    this.#feed.sent(sent);
  }

  /** Whether the socket took something. If not, what has to be done is done. */
  #taken(sent: number): boolean {
    if (sent === -errno.EAGAIN) this.#blocked = true;
    else if (sent < 0) this.#feed.failed(systemError(sent, 'send'));
    return sent >= 0;
  }

  #poll(): boolean {
    let busy = false;
    const news = this.#news;
    if (this.#wantsToRead) {
      this.#read();
      busy = true;
    } else if (news !== undefined) {
      this.#told = news;
      this.#feed.hangUp(news);
      busy = true;
    }
    if (this.#wantsToWrite) {
      this.#blocked = false;
      this.flush();
      busy = true;
    }
    return busy;
  }

  get #wantsToRead(): boolean {
    return this.#open && this.#reading && this.#socket.readable;
  }

  get #wantsToWrite(): boolean {
    return this.#open && this.#blocked && this.#socket.writable;
  }

  /** The hang-up that is still to be told, while nobody reads. */
  get #news(): HangUp | undefined {
    if (!this.#open || this.#reading || !this.#socket.hungUp) return undefined;
    const how = this.#socket.failed ? 'reset' : 'ended';
    return this.#told === undefined || (how === 'reset' && this.#told === 'ended') ? how : undefined;
  }

  #read(): void {
    const feed = this.#feed;
    const data = this.#socket.receive(this.#readBytes);
    if (typeof data !== 'number') {
      if (feed.wantsData) feed.dataReceived(data);
      else feed.dataDiscarded(data.length);
    } else if (data === 0) {
      feed.endOfFile();
    } else {
      feed.failed(systemError(data, 'recv'));
    }
  }
}
