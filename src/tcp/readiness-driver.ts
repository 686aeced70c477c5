import type { Failure } from '../defer/index.js';
import type {
  HangUp,
  IDelayedCall,
  IFlushable,
  IHangUpDescriptor,
  IReadWriteDescriptor,
} from '../interfaces/index.js';
import { SHUT_WR, errno, systemError } from '../libc/index.js';
import type { ConnectionDriver, ConnectionFeed } from './connection-driver.js';
import type { ConnectionLimits } from './connection-options.js';
import { LingeringClose } from './lingering-close.js';
import type { QueuedFile } from './queued-file.js';
import { sendFile } from './send-file.js';
import { sendQueue } from './send-queue.js';
import { resetOnClose } from './socket-options.js';
import type { TransportContext } from './transport-context.js';
import type { WriteQueue } from './write-queue.js';

/**
 * Drives a connection by readiness: `recv` when epoll says that there is something, `send` at the turn's end, EPOLLOUT
 * only for what the kernel refused.
 *
 * Facts, and what follows:
 *  - A recv that fills less than its buffer has emptied the socket, mostly; another call would say EAGAIN. So there is
 *    one call for an event, and level-triggered epoll tells of what came meanwhile.
 *  - Small reads are copied out of the shared slab, exactly sized; from a quarter of it on it is handed over, which is
 *    cheaper. So who keeps what it got keeps at most four times as much.
 *  - ENOBUFS and ENOMEM leave the socket writable, so EPOLLOUT would spin: such a send is tried again after a while.
 *  - close(2) takes the number out of epoll only if no duplicate of it is open. A number that was shown to the
 *    program may have been duplicated; see `shared`.
 */

/** When a send is tried again that the kernel had no memory for, in ms. */
const NO_MEMORY_RETRY_MS = 20;

/** What EFAULT from a send means: see send-queue.ts. */
const MOVED_AWAY = 'what was written was transferred or resized before it was sent';

const READING = 1;
/** A flush is asked for. */
const DIRTY = 2;
/** EPOLLOUT is awaited: then flushing has to wait for it too. */
const BLOCKED = 4;
const SHARED = 8;

export class ReadinessDriver
  implements ConnectionDriver, IReadWriteDescriptor, IHangUpDescriptor, IFlushable
{
  readonly context: TransportContext;
  readonly #limits: ConnectionLimits;
  #feed: ConnectionFeed;
  #fd: number;
  /** READING, DIRTY, BLOCKED, SHARED: a boolean each would cost every idle connection a word. */
  #marks = 0;
  /** The timer of a send that the kernel had no memory for. */
  #retry: IDelayedCall | undefined;

  constructor(context: TransportContext, fd: number, feed: ConnectionFeed, limits: ConnectionLimits) {
    this.context = context;
    this.#fd = fd;
    this.#feed = feed;
    this.#limits = limits;
    context.fds.addHangUpWatch(this);
  }

  /** True once the descriptor's number was given to the program, or came from it. */
  get shared(): boolean {
    return (this.#marks & SHARED) !== 0;
  }

  /** The number can't be taken back. */
  markShared(): void {
    this.#marks |= SHARED;
  }

  // ---- what the connection asks

  startReading(): void {
    if ((this.#marks & READING) !== 0 || this.#fd < 0) return;
    this.#marks |= READING;
    this.context.fds.addReader(this);
  }

  stopReading(): void {
    if ((this.#marks & READING) === 0 || this.#fd < 0) return;
    this.#marks &= ~READING;
    this.context.fds.removeReader(this);
  }

  startWriting(): void {
    if ((this.#marks & (DIRTY | BLOCKED)) !== 0 || this.#fd < 0) return;
    this.#marks |= DIRTY;
    this.context.turn.flushAtEnd(this);
  }

  shutdownWrite(): void {
    // ENOTCONN means that the peer has reset the connection: reading will tell.
    this.context.libc.shutdown(this.#fd, SHUT_WR);
  }

  closeInOrder(queue: WriteQueue, peerEnded: boolean): void {
    // A producer that was stopped may have closed the reactor.
    if (this.#fd < 0) return;
    const { lingerMs } = this.#limits;
    if (queue.bytes === 0 && (peerEnded || lingerMs === 0)) this.closeAtOnce(false);
    else this.#feed = new LingeringClose(this, queue, peerEnded, this.#limits);
  }

  closeAtOnce(reset: boolean): void {
    if (this.#fd < 0) return;
    if (reset) resetOnClose(this.context.libc, this.#fd);
    this.context.libc.close(this.release());
  }

  release(): number {
    const fd = this.#fd;
    this.#retry?.[Symbol.dispose]();
    this.context.fds.forget(this, { shared: this.shared });
    this.#fd = -1;
    return fd;
  }

  later(f: () => void): IDelayedCall {
    return this.context.time.callLater(0, f);
  }

  after(delayMs: number, f: () => void): IDelayedCall {
    return this.context.time.callLater(delayMs / 1000, f);
  }

  // ---- what the reactor calls

  fileno(): number {
    return this.#fd;
  }

  logPrefix(): string {
    return this.#feed.logPrefix();
  }

  doRead(): void {
    const { libc, turn } = this.context;
    const { slab } = turn;
    const n = libc.recv(this.#fd, slab, 0, slab.length, 0);
    if (n > 0) this.received(slab, n);
    else if (n === 0) this.#feed.endOfFile();
    else this.receiveFailed(n);
  }

  doWrite(): void {
    this.context.fds.removeWriter(this);
    this.#marks &= ~BLOCKED;
    this.flush();
  }

  hangUp(how: HangUp): void {
    this.#feed.hangUp(how);
  }

  connectionLost(reason: Failure): void {
    // While everything is being dropped, what one connection was told may have closed another.
    if (this.#fd < 0) return;
    // What a lingering close had still to send is cut off, and must not look like an end in order.
    const isCutOff = this.#feed.queue.bytes > 0;
    this.#feed.dropped(reason);
    this.closeAtOnce(isCutOff);
  }

  flush(): void {
    this.#marks &= ~DIRTY;
    if (this.#fd < 0 || (this.#marks & BLOCKED) !== 0) return;
    const { queue } = this.#feed;
    const wanted = queue.chunkBytes;
    if (wanted === 0 && queue.file !== undefined) {
      this.flushFile(queue, queue.file);
      return;
    }
    const n = wanted === 0 ? 0 : sendQueue(this.context, this.#fd, queue);
    if (n < 0) {
      this.sendFailed(n, 'send');
      return;
    }
    queue.consume(n);
    if (n < wanted) this.awaitWritability();
    else if (queue.file !== undefined) this.startWriting();
    this.#feed.sent(n);
  }

  private flushFile(queue: WriteQueue, file: QueuedFile): void {
    const n = sendFile(this.context, this.#fd, file);
    if (typeof n === 'object') {
      this.#feed.fileFailed(n);
    } else if (n < 0) {
      this.sendFailed(n, file.isCopied ? 'send' : 'sendfile');
    } else {
      queue.consume(n);
      // A file takes turns with all others that have something to do, also where the socket would take more at once.
      if (file.bytes > 0) this.awaitWritability();
      else if (queue.bytes > 0) this.startWriting();
      this.#feed.sent(n);
    }
  }

  private received(slab: Buffer, n: number): void {
    const feed = this.#feed;
    if (!feed.wantsData) {
      feed.dataDiscarded(n);
    } else if (n * 4 >= slab.length) {
      this.context.turn.replaceSlab();
      feed.dataReceived(slab.subarray(0, n));
    } else {
      feed.dataReceived(this.context.turn.copyOfSlab(n));
    }
  }

  private receiveFailed(result: number): void {
    // EAGAIN: another reader took it, or the event was stale. EINTR: the event is told again.
    if (result === -errno.EAGAIN || result === -errno.EINTR) return;
    this.#feed.failed(systemError(result, 'recv', { fd: this.#fd }));
  }

  private sendFailed(result: number, call: 'send' | 'sendfile'): void {
    switch (result) {
      case -errno.EAGAIN:
        this.awaitWritability();
        break;
      case -errno.EINTR:
        this.startWriting();
        break;
      case -errno.ENOBUFS:
      case -errno.ENOMEM:
        this.#marks |= BLOCKED;
        this.#retry = this.after(NO_MEMORY_RETRY_MS, () => {
          this.#retry = undefined;
          this.#marks &= ~BLOCKED;
          this.startWriting();
        });
        break;
      case -errno.EFAULT:
        this.#feed.failed(systemError(result, call, { fd: this.#fd, detail: MOVED_AWAY }));
        break;
      default:
        this.#feed.failed(systemError(result, call, { fd: this.#fd }));
    }
  }

  private awaitWritability(): void {
    if ((this.#marks & BLOCKED) !== 0) return;
    this.#marks |= BLOCKED;
    this.context.fds.addWriter(this);
  }
}
