import { Duplex } from 'node:stream';
import type { Failure } from '../defer/failure.js';
import { ConnectionDone } from '../errors/index.js';
import type { ITCPTransport } from '../interfaces/transport.js';
import { getLog } from '../logger/log.js';

/**
 * A heddle connection as one of Node's streams, for the code that wants one: `node:http`, `pipeline`, and the packages that
 * are written for `net.Socket`. test/protocols/transport-duplex.test.ts pins what is said here.
 *
 * Facts about streams and sockets, and what follows:
 *  - A stream calls `_write` once and keeps what is written meanwhile until the callback; the user may reuse a buffer from then on.
 *    A transport keeps references until the kernel has the bytes. So the callback waits for `drained()`: `writableLength`,
 *    'drain' and 'finish' tell the truth, and no more is ever queued in the transport than one call of `_write` or `_writev`.
 *  - `net.Socket` tries to send inside `write()`, so `socket.write(answer); socket.destroy()` sends the answer, and node:http relies on it
 *    (its 400 Bad Request). A transport sends when its turn ends. So `destroy()` waits until the transport has had
 *    the chance to send what it has been given: one setImmediate later any turn is over.
 *  - What was cut off mustn't look like an end in order. So `destroy()` with bytes unsent resets, and `destroy(error)` (which is what
 *    a `pipeline` does whose source fails) does so in any case, unless it is told otherwise.
 *  - `push` says false when enough is kept: the transport is paused until `_read`. Pausing and resuming cost no system call of their own,
 *    as the reactor applies what has changed when a turn ends.
 *  - A stream with an error nobody listens to ends the process. A peer's reset is no reason for that.
 */

/** How many bytes a stream keeps in each direction before it says that it is enough: node's own default since 22. */
const HIGH_WATER_MARK = 65_536;

const log = getLog('protocols');

type Done = (error?: Error | null) => void;

/** How a {@link TransportDuplex} keeps and ends. */
export interface TransportDuplexOptions {
  /**
   * Whether writing goes on after the peer has ended, until `end()`. Default true, as node:http's server needs it. With false
   * the writing is ended when the peer's end has been read.
   */
  readonly allowHalfOpen?: boolean;
  /** How many bytes are kept for the reader before the peer has to wait. Default 65,536. */
  readonly readableHighWaterMark?: number;
  /** How many bytes may be unsent before `write()` says false. Default 65,536. */
  readonly writableHighWaterMark?: number;
  /**
   * Whether `destroy(error)` resets the connection though all that was written is sent. Default true: it looks cut off. With false it
   * ends in order then, as a `net.Socket` does: what node:http says to nonsense (400) arrives in order.
   */
  readonly resetOnError?: boolean;
}

/** What the protocol tells its stream. */
export interface DuplexFeed {
  /** Bytes have come; they are the stream's to keep. */
  received(data: Buffer): void;
  /** The peer has ended its direction. */
  readingEnded(): void;
  /** FIN was sent. */
  writingEnded(): void;
  /** The connection is over. */
  lost(reason: Failure): void;
}

/** An address as node:net tells it. */
export interface SocketAddressInfo {
  /** An IP address. */
  readonly address: string;
  /** The family of that. */
  readonly family: 'IPv4' | 'IPv6';
  /** The port number. */
  readonly port: number;
}

/** Where a socket of node's is in its life. */
export type SocketState = 'open' | 'readOnly' | 'writeOnly' | 'closed';

/**
 * Both directions of a connection as a `stream.Duplex`, with what `net.Socket` has besides; made by {@link DuplexProtocol}.
 *
 *  - **Reading** is paused and resumed as the reader goes. 'end' follows the peer's end of writing.
 *  - **Writing**: a callback of `write()` means that the kernel has the bytes; `end()` ends the writing only, and 'finish' means that FIN
 *    is sent.
 *  - **Ending.** When both directions have ended, 'close' follows. `destroy()` ends both: in order if all that was written can be
 *    sent at once, else with a reset. `destroy(error)` sends what it can and resets; see `resetOnError`.
 *  - **Errors.** A lost connection destroys the stream with the reason (a ConnectionLost, whose `code` is `ECONNRESET` and the like),
 *    if anybody listens to 'error'; without a listener there is only 'close'. What a 'data' listener throws is logged
 *    and costs this connection, as anything that a protocol throws.
 *
 * Addresses stay known after the end. Not in Twisted.
 */
export class TransportDuplex extends Duplex {
  /** The connection underneath, for all that isn't here. Its reading side is paused and resumed by this. */
  readonly transport: ITCPTransport;
  /** Milliseconds without a byte in either direction until 'timeout'; 0 if nobody asked. See `setTimeout`. */
  timeout = 0;

  /** As `net.Socket` has it; a stream is made of a connection that is there. */
  readonly connecting = false;
  /** As `net.Socket` has it; a stream is made of a connection that is there. */
  readonly pending = false;

  readonly #resetOnError: boolean;
  #timer: NodeJS.Timeout | undefined;
  /** The transport's byte count when the timer was last looked at. */
  #sentBefore = 0;
  /** Wait for FIN to be sent, and for the connection's end. */
  #whenWritingEnded: Done | undefined;
  #whenLost: (() => void) | undefined;
  #directionsEnded = 0;
  /** Bytes that the transport was given and that aren't all sent. */
  #handed = 0;
  #lost = false;

  /** `attach` is given what the stream has to be told. */
  constructor(transport: ITCPTransport, options: TransportDuplexOptions, attach: (feed: DuplexFeed) => void) {
    super({
      allowHalfOpen: options.allowHalfOpen ?? true,
      readableHighWaterMark: options.readableHighWaterMark ?? HIGH_WATER_MARK,
      writableHighWaterMark: options.writableHighWaterMark ?? HIGH_WATER_MARK,
    });
    this.transport = transport;
    this.#resetOnError = options.resetOnError ?? true;
    attach({
      received: (data) => this.#received(data),
      readingEnded: () => this.#readingEnded(),
      writingEnded: () => this.#writingEnded(),
      lost: (reason) => this.#connectionLost(reason),
    });
  }

  // ---- what net.Socket has besides

  /** The peer's IP address. */
  get remoteAddress(): string {
    return this.transport.getPeer().host;
  }

  /** The peer's port. */
  get remotePort(): number {
    return this.transport.getPeer().port;
  }

  /** The peer's address family. */
  get remoteFamily(): 'IPv4' | 'IPv6' {
    return familyOf(this.remoteAddress);
  }

  /** This end's IP address. */
  get localAddress(): string {
    return this.transport.getHost().host;
  }

  /** This end's port. */
  get localPort(): number {
    return this.transport.getHost().port;
  }

  /** This end's address family. */
  get localFamily(): 'IPv4' | 'IPv6' {
    return familyOf(this.localAddress);
  }

  /** Bytes received so far, those that wait for the reader among them. */
  get bytesRead(): number {
    return this.transport.bytesRead;
  }

  /** Bytes written so far, those that wait to be sent among them. */
  get bytesWritten(): number {
    const { transport } = this;
    // What the transport was given stays in writableLength until all of it is sent.
    return transport.bytesWritten + transport.bytesQueued + this.#unhanded;
  }

  /** Which directions are open. */
  get readyState(): SocketState {
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** This end, as `server.address()` has it. */
  address(): SocketAddressInfo {
    return { address: this.localAddress, family: this.localFamily, port: this.localPort };
  }

  /** TCP_NODELAY. Does nothing once the connection is lost. */
  setNoDelay(enabled = true): this {
    if (!this.#lost) this.transport.setTcpNoDelay(enabled);
    return this;
  }

  /** SO_KEEPALIVE, with the time before the first probe. Does nothing once the connection is lost. */
  setKeepAlive(enabled = false, initialDelayMs = 0): this {
    if (!this.#lost)
      this.transport.setTcpKeepAlive(enabled, initialDelayMs > 0 ? { idleMs: initialDelayMs } : {});
    return this;
  }

  /**
   * Has 'timeout' emitted after so many milliseconds in which no byte was received and none sent; nothing else follows from it. 0 means
   * never. `callback` listens to 'timeout' once. Throws a RangeError for a time that is no number from 0 on.
   */
  setTimeout(timeoutMs: number, callback?: () => void): this {
    if (!(timeoutMs >= 0)) throw new RangeError(`timeoutMs must be 0 or more, not ${timeoutMs}`);
    if (this.destroyed) return this;
    this.timeout = timeoutMs;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (timeoutMs > 0) {
      this.#timer = setTimeout(() => this.#timedOut(), Math.min(timeoutMs, 2 ** 31 - 1)).unref();
      if (callback !== undefined) this.once('timeout', callback);
    } else if (callback !== undefined) {
      this.off('timeout', callback);
    }
    return this;
  }

  /** Keeps the process alive for this connection's sake; so it is at first. */
  ref(): this {
    this.transport.ref();
    return this;
  }

  /** Doesn't keep the process alive for this connection's sake. */
  unref(): this {
    this.transport.unref();
    return this;
  }

  /** `end()`, and `destroy()` when all is sent. node:http ends its connections with it. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Resets the connection at once; what is unsent is dropped. */
  resetAndDestroy(): this {
    this.transport.abortConnection();
    return this.destroy();
  }

  // ---- what a stream is asked

  /** @internal The reader wants more. */
  override _read(): void {
    this.transport.resumeProducing();
  }

  /** @internal Hands bytes to the transport. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#handed = chunk.length;
    this.transport.write(chunk);
    this.#awaitSent(done);
  }

  /** @internal Hands many pieces to the transport. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    const pieces = chunks.map(({ chunk }) => chunk);
    this.#handed = pieces.reduce((sum, { length }) => sum + length, 0);
    this.transport.writeSequence(pieces);
    this.#awaitSent(done);
  }

  /** @internal Ends the writing. */
  override _final(done: Done): void {
    this.#whenWritingEnded = done;
    this.transport.loseWriteConnection();
  }

  /** @internal Ends the connection. */
  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lost) {
      done(error);
      return;
    }
    this.#whenLost = () => done(error);
    const { transport } = this;
    transport.pauseProducing();
    const isCut = (error !== null && this.#resetOnError) || this.#unhanded > 0;
    const end = (): void => {
      if (isCut || transport.bytesQueued > 0) transport.abortConnection();
      else transport.loseConnection();
    };
    if (transport.bytesQueued === 0) end();
    else setImmediate(end);
  }

  // ---- what the protocol tells

  #received(data: Buffer): void {
    if (this.destroyed) return;
    this.#timer?.refresh();
    if (!this.push(data)) this.transport.pauseProducing();
  }

  #readingEnded(): void {
    this.#directionsEnded += 1;
    if (this.destroyed) return;
    this.push(null);
    // Nobody may be reading; the end is to be told to those who listen to it all the same, as net.Socket does.
    if (this.readableLength === 0) this.read(0);
  }

  #writingEnded(): void {
    this.#directionsEnded += 1;
    const done = this.#whenWritingEnded;
    this.#whenWritingEnded = undefined;
    done?.();
  }

  #connectionLost({ value }: Failure): void {
    this.#lost = true;
    if (this.#whenLost !== undefined) this.#whenLost();
    else if (!(value instanceof ConnectionDone)) this.destroy(this.#heard(value));
    // After two ends the stream closes by itself, when the reader has come to the first of them.
    else if (this.#directionsEnded < 2) this.destroy();
  }

  // ---- the parts

  /** Bytes that wait for their turn to be given to the transport. */
  get #unhanded(): number {
    return this.writableLength - this.#handed;
  }

  #awaitSent(done: Done): void {
    this.transport
      .drained()
      .addCallbacks(
        () => {
          this.#timer?.refresh();
          this.#handed = 0;
          done();
        },
        ({ value }) => done(errorFrom(value)),
      )
      .addErrback((failure) => {
        log.failure('A listener of a stream threw', failure, { peer: String(this.transport.getPeer()) });
        this.transport.abortConnection();
      });
  }

  #timedOut(): void {
    const { bytesWritten } = this.transport;
    const isMoving = this.writableLength > 0 && bytesWritten !== this.#sentBefore;
    this.#sentBefore = bytesWritten;
    if (isMoving) this.#timer?.refresh();
    else this.emit('timeout');
  }

  /** What the stream is to be destroyed with: nothing, where the error would find no listener. */
  #heard(value: unknown): Error | undefined {
    return this.listenerCount('error') > 0 ? errorFrom(value) : undefined;
  }
}

function familyOf(host: string): 'IPv4' | 'IPv6' {
  return host.includes(':') ? 'IPv6' : 'IPv4';
}

/** Streams take nothing but an Error. */
function errorFrom(value: unknown): Error {
  return value instanceof Error ? value : new Error(`Thrown: ${String(value)}`, { cause: value });
}
