import type { Deferred } from '../defer/deferred.js';
import type { Failure } from '../defer/failure.js';
import type { IAddress, IInternetAddress } from './address.js';
import type { IConsumer, IPushProducer } from './producer.js';

/**
 * One end of a connection, as a protocol sees it. After the protocol's `connectionLost` every method is
 * allowed and does nothing. Twisted: `ITransport`.
 */
export interface ITransport {
  /**
   * Queues bytes. What a turn queued is sent together when the turn ends. The transport keeps a reference
   * until then: don't change the bytes. Ignored (and false) after `connectionLost`, after an abort, and once a
   * `loseWriteConnection` was carried out.
   * Returns false when the queue is above its high-water mark and it would be wise to wait for `drained()`,
   * else true, as node's streams do. Throws a TypeError for anything but a Uint8Array.
   */
  write(data: Uint8Array): boolean;
  /** Queues many pieces as one. All are looked at before the first is queued. */
  writeSequence(pieces: Iterable<Uint8Array>): boolean;
  /**
   * Ends the connection in order: no more reading from now on; once what is queued is sent and no producer is
   * registered, the protocol's `connectionLost(ConnectionDone)` follows. Calling it again does nothing. A connection that is
   * its own producer, as in an echo, is unregistered by this.
   */
  loseConnection(options?: LoseConnectionOptions): void;
  /** The other end. Also known after the connection is lost. */
  getPeer(): IAddress;
  /** This end. Also known after the connection is lost. */
  getHost(): IAddress;
}

/** How `loseConnection` ends a connection. */
export interface LoseConnectionOptions {
  /**
   * Why this side ends the connection: what `connectionLost` gets in the place of a ConnectionDone. The peer sees no difference.
   * A transport that wraps another may not know of it.
   */
  readonly reason?: Error | Failure;
}

/** An open file, such as node's FileHandle. `fd` is -1 once it is closed. */
export interface IOpenFile {
  /** Its descriptor; -1 once it is closed. */
  readonly fd: number;
}

/** Options of {@link ITCPTransport.sendFile}. */
export interface SendFileOptions {
  /** Aborting it before the file is sent aborts the connection; aborted already, it keeps the file from being queued. */
  readonly signal?: AbortSignal;
}

/** The events of a transport; see {@link ITCPTransport.events}. */
export interface TransportEvents {
  /** The peer ended its writing (`ended`) or reset the connection (`reset`) while reading is paused. At most once each. */
  hangUp: [how: 'ended' | 'reset'];
  /** The queue has grown above `writeBufferSize`. Told again only after a `drain`. */
  writeBufferFull: [queuedBytes: number];
  /** The queue, after having been full, is empty. */
  drain: [];
  /** The queue has grown above `writeQueueLimit`; the connection is being aborted. */
  writeQueueOverflow: [queuedBytes: number];
  /** The peer took nothing for `slowReaderTimeoutMs` though bytes are queued; the connection is being aborted. */
  slowReader: [queuedBytes: number];
}

/** The face of an event emitter that this project promises; eventemitter3 stands behind it. */
export interface IEvents<Events extends Record<keyof Events, readonly unknown[]>> {
  /** Calls `listener` at each event of this name from now on. An exception of its is logged and stops nobody. */
  on<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
  /** The same for the next event only. */
  once<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
  /** Takes a listener back; nothing happens if there is none such. */
  off<K extends keyof Events & string>(event: K, listener: (...args: Events[K]) => void): unknown;
}

/** What `setTcpKeepAlive` may tune. The kernel's defaults stand for what is left out. */
export interface KeepAliveOptions {
  /** Idle time before the first probe, in ms (rounded up to seconds). TCP_KEEPIDLE. */
  readonly idleMs?: number;
  /** Time between probes, in ms (rounded up to seconds). TCP_KEEPINTVL. */
  readonly intervalMs?: number;
  /** Unanswered probes that end the connection. TCP_KEEPCNT. */
  readonly count?: number;
}

/** A part of Linux's `struct tcp_info` (tcp(7), linux/tcp.h). Times are in ms, sizes in bytes unless said otherwise. */
export interface TcpInfo {
  /** The connection's state (RFC 9293). */
  readonly state: TcpState;
  /** Smoothed round-trip time and its mean deviation. */
  readonly rttMs: number;
  /** The mean deviation of the round-trip time. */
  readonly rttVarianceMs: number;
  /** The smallest round-trip time seen; 0 where the kernel doesn't say. */
  readonly minRttMs: number;
  /** The retransmission time-out now. */
  readonly retransmitTimeoutMs: number;
  /** Consecutive time-outs of the segment now waiting; back to 0 when it is acknowledged. */
  readonly retransmits: number;
  /** Segments retransmitted over the connection's whole life. */
  readonly totalRetransmits: number;
  /** Segments sent and not yet acknowledged. */
  readonly unackedSegments: number;
  /** Segments that are taken for lost and not sent again yet. */
  readonly lostSegments: number;
  /** The congestion window, in segments. */
  readonly congestionWindow: number;
  /** The largest segment that may be sent. */
  readonly sendMss: number;
  /** The largest segment that has been received; an estimate. */
  readonly receiveMss: number;
  /** The largest packet that gets to the peer in one piece. */
  readonly pathMtu: number;
  /** Since data was sent last. */
  readonly lastDataSentMs: number;
  /** Since data was received last. */
  readonly lastDataReceivedMs: number;
}

/** The states of a TCP connection, as RFC 9293 names them. */
export type TcpState =
  | 'ESTABLISHED'
  | 'SYN_SENT'
  | 'SYN_RECV'
  | 'FIN_WAIT1'
  | 'FIN_WAIT2'
  | 'TIME_WAIT'
  | 'CLOSE'
  | 'CLOSE_WAIT'
  | 'LAST_ACK'
  | 'LISTEN'
  | 'CLOSING';

/**
 * A TCP connection. It is a consumer of producers and, as its own reading side, a push producer.
 * The options' getters and setters throw NotConnectedError once the socket is gone, and a SystemError when the kernel refuses.
 * Twisted: `ITCPTransport`.
 */
export interface ITCPTransport extends ITransport, IConsumer, IPushProducer, AsyncDisposable {
  getPeer(): IInternetAddress;
  getHost(): IInternetAddress;
  /** Whether the connection is open: true from before `connectionMade` until before `connectionLost`. */
  readonly connected: boolean;
  /** Bytes received so far, and bytes handed to the kernel so far. */
  readonly bytesRead: number;
  /** Bytes handed to the kernel so far; whether the peer has them is in `getTcpInfo()`. */
  readonly bytesWritten: number;
  /** Bytes queued and not yet handed to the kernel, those of files included. */
  readonly bytesQueued: number;
  /** The high-water mark in bytes, 65,536 unless set: above it push producers are paused and `write` returns false. */
  writeBufferSize: number;
  /** What isn't worth a callback in every protocol, as events. */
  readonly events: IEvents<TransportEvents>;

  /**
   * Queues `length` bytes of an open file, from its byte `offset` on, between what was written before and what is written
   * later. The kernel takes them straight from its page cache (sendfile(2)); what it can't take that way is copied. The file's
   * own offset is neither used nor moved. Not in Twisted.
   *
   * The result fires when the last byte is handed to the kernel. Until then the file is the caller's to keep open: its
   * bytes are read when their turn comes. A number that is closed too early may lead to another file by then; a FileHandle, whose
   * `fd` is -1 once it is closed, never does.
   *
   * The bytes count as queued: above `writeBufferSize` push producers are paused, and `drained()`, `loseConnection()` and the
   * limit for slow readers treat them as any others. They take no memory, so they don't count for `writeQueueLimit`.
   *
   * If the file is shorter, or can't be read, the connection is aborted, for the peer waits for bytes that won't come: the result
   * fails with a FileSendError, and the protocol's `connectionLost` gets the same. The result fails with the reason if the
   * connection is lost first, and at once with NotConnectedError if nothing can be queued any more. Cancelling it, or aborting the
   * signal, aborts the connection; with a signal that is aborted already nothing is queued. If the peer ends the connection in order
   * while a file is under way, `connectionLost` comes before the result, since what is queued is still sent.
   *
   * What isn't in the page cache is read from the disk within the turn, a piece at a time: all connections wait meanwhile.
   * Throws a TypeError for what isn't a file or a number, a RangeError for a number that isn't whole, is negative, or is beyond
   * Number.MAX_SAFE_INTEGER (`offset + length` too).
   */
  sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void>;
  /** Fires when nothing is queued any more (at once if nothing is); fails with the reason if the connection is lost first. */
  drained(): Deferred<void>;
  /** Ends our writing only, once what is queued is sent: the peer sees an end, we go on reading. */
  loseWriteConnection(): void;
  /**
   * Ends the connection at once: what is queued is dropped, the peer gets a reset (RST). The protocol's
   * `connectionLost(ConnectionAborted)` follows in a later turn, never inside this call.
   */
  abortConnection(): void;
  /** Stops reading. The peer's bytes wait in the kernel; hang-ups are told by an event. */
  pauseProducing(): void;
  /** Reads again. Does nothing once the connection is closing or lost. */
  resumeProducing(): void;
  /** Does what `loseConnection` does. */
  stopProducing(): void;
  /** Unregisters the producer and closes. */
  stopConsuming(): void;

  /** TCP_NODELAY: don't wait for more bytes before sending a small segment. Off at first, as in Twisted. */
  getTcpNoDelay(): boolean;
  /** TCP_NODELAY on or off. */
  setTcpNoDelay(enabled: boolean): void;
  /** SO_KEEPALIVE, with its times where they are given. */
  getTcpKeepAlive(): boolean;
  /** SO_KEEPALIVE on or off, and its times where they are given. */
  setTcpKeepAlive(enabled: boolean, options?: KeepAliveOptions): void;
  /** TCP_USER_TIMEOUT in ms: how long sent bytes may stay unacknowledged; 0 is the kernel's own rule. */
  getTcpUserTimeout(): number;
  /** TCP_USER_TIMEOUT in ms; 0 is the kernel's own rule. */
  setTcpUserTimeout(timeoutMs: number): void;
  /** What the kernel knows about the connection (TCP_INFO). */
  getTcpInfo(): TcpInfo;
  /** Any socket option that is an integer. `level` and `name` are the kernel's numbers; `constants` has them by name. */
  getSocketOption(level: number, name: number): number;
  /** Sets any socket option: a number is passed as an int, bytes as they are. */
  setSocketOption(level: number, name: number, value: number | Uint8Array): void;

  /** The descriptor's number, still owned by the transport; -1 when it is gone. */
  fileno(): number;
  /**
   * Gives the descriptor away: it leaves the reactor open and is the caller's from now on. The protocol's
   * `connectionLost(ConnectionDetached)` follows in a later turn. Throws an Error if bytes are still queued
   * (wait for `drained()`), NotConnectedError if the connection is gone.
   */
  detach(): number;
  /** Fires when the connection is lost, whatever the reason; at once if it is. */
  whenLost(): Deferred<void>;
  /** Don't keep the process alive for this connection's sake, as node's `socket.unref()`. */
  unref(): this;
  /** Takes `unref()` back. */
  ref(): this;
  /** `loseConnection()`, and waits until the connection is lost. */
  [Symbol.asyncDispose](): Promise<void>;
}
