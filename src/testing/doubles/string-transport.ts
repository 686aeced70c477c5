import { inspect } from 'node:util';
import { IPv4Address } from '../../address/index.js';
import { type Deferred, Failure, cancelOnAbort, fail, succeed } from '../../defer/index.js';
import { type FileSendError, NotConnectedError } from '../../errors/index.js';
import type {
  IAddress,
  IInternetAddress,
  IOpenFile,
  IPullProducer,
  IPushProducer,
  ITCPTransport,
  KeepAliveOptions,
  LoseConnectionOptions,
  SendFileOptions,
  TcpInfo,
  TransportEvents,
} from '../../interfaces/index.js';
import { EventSource } from '../../logger/index.js';
import { QueuedFile, requireFileRange } from '../../tcp/queued-file.js';
import { Waiters } from '../../tcp/waiters.js';
import { requireBytes } from '../../tcp/write-queue.js';
import { readPiece } from '../file-piece.js';
import { TcpOptionsInMemory } from './tcp-options-in-memory.js';

/** What a {@link StringTransport} tells of itself. */
export interface StringTransportOptions {
  /** What `getHost()` answers. Default 10.0.0.1:12345. */
  readonly hostAddress?: IAddress;
  /** What `getPeer()` answers. Default 192.168.1.1:54321. */
  readonly peerAddress?: IAddress;
  /** Allows pausing and resuming after `loseConnection`. Default false. */
  readonly lenient?: boolean;
}

/** Twisted's default addresses. */
const HOST = new IPv4Address('TCP', '10.0.0.1', 12_345);
const PEER = new IPv4Address('TCP', '192.168.1.1', 54_321);

/** Twisted's bufferSize. */
const WRITE_BUFFER_BYTES = 65_536;

/**
 * A transport that keeps what is written, for a protocol that is tested alone:
 *
 *     const transport = new StringTransport();
 *     protocol.makeConnection(transport);
 *     protocol.dataReceived(Buffer.from('PING\r\n'));
 *     expect(transport.value().toString()).to.equal('PONG\r\n');
 *
 * It calls nobody: it only says what was asked of it (`disconnecting`, `disconnected`, `producerState`, ...). To have a protocol
 * live through its connection's whole life, use `connectedServerAndClient`. It is stricter than a real transport: pausing and
 * resuming what is stopped, or what is closing, throws, and so does unregistering a producer that isn't there.
 *
 * Twisted: `StringTransport` (twisted.internet.testing).
 */
export class StringTransport implements ITCPTransport {
  /** `loseConnection` was called. */
  disconnecting = false;
  /** The reason that `loseConnection` was given first, if it was given one. */
  loseReason: Error | Failure | undefined;
  /** The connection is over: `abortConnection` was called. */
  disconnected = false;
  /** `abortConnection` was called. */
  aborted = false;
  /** `loseWriteConnection` was called. Later writes are ignored. */
  writeEnded = false;
  /** What the protocol has asked of its own reading. */
  producerState: 'producing' | 'paused' | 'stopped' = 'producing';
  /** The producer that is registered, if one is. */
  producer: IPushProducer | IPullProducer | undefined;
  /** Whether that is a push producer. Undefined without one. */
  streaming: boolean | undefined;
  writeBufferSize = WRITE_BUFFER_BYTES;
  bytesWritten = 0;
  /** Tests emit what a real transport would. */
  readonly events: EventSource<TransportEvents> = new EventSource();
  readonly bytesRead = 0;
  /** Nothing is ever queued: what is written is sent. */
  readonly bytesQueued = 0;
  readonly #host: IAddress;
  readonly #peer: IAddress;
  readonly #lenient: boolean;
  readonly #options = new TcpOptionsInMemory();
  readonly #waitingForLoss = new Waiters();
  #written: Buffer[] = [];

  constructor({ hostAddress = HOST, peerAddress = PEER, lenient = false }: StringTransportOptions = {}) {
    this.#host = hostAddress;
    this.#peer = peerAddress;
    this.#lenient = lenient;
  }

  get connected(): boolean {
    return !this.disconnected;
  }

  /** All that was written since the last `clear()`. */
  value(): Buffer {
    return Buffer.concat(this.#written);
  }

  /** Forgets what was written. */
  clear(): void {
    this.#written = [];
  }

  // ---- ITransport

  write(data: Uint8Array): boolean {
    requireBytes(data);
    return this.#keep([data]);
  }

  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    for (const data of all) requireBytes(data);
    return this.#keep(all);
  }

  /** Reads the file at once. If it is too short or can't be read, the connection is aborted, as a real one would be. */
  sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    { signal }: SendFileOptions = {},
  ): Deferred<void> {
    requireFileRange(file, offset, length);
    if (this.disconnected || this.writeEnded) return fail(new NotConnectedError());
    const wanted = new QueuedFile(file, offset, length, () => undefined);
    if (signal !== undefined) cancelOnAbort(wanted.result, signal);
    if (wanted.isCancelled) return wanted.result;
    const error = this.#keepFile(wanted);
    if (error === undefined) wanted.succeed();
    else wanted.fail(new Failure(error));
    if (error !== undefined) this.abortConnection();
    return wanted.result;
  }

  loseConnection({ reason }: LoseConnectionOptions = {}): void {
    if (!this.disconnecting) this.loseReason = reason;
    this.disconnecting = true;
  }

  abortConnection(): void {
    this.aborted = true;
    this.lost();
  }

  loseWriteConnection(): void {
    this.writeEnded = true;
  }

  getHost(): IInternetAddress {
    // A test that gives the address of another family knows what its protocol expects.
    return this.#host as IInternetAddress;
  }

  getPeer(): IInternetAddress {
    return this.#peer as IInternetAddress;
  }

  // ---- IConsumer

  /** Throws an Error if there is one already. A pull producer isn't asked for anything: a test does that. */
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.producer !== undefined) {
      throw new Error('A producer is registered already, and a transport takes one at a time');
    }
    this.producer = producer;
    this.streaming = streaming;
  }

  /** Throws an Error if there is none. */
  unregisterProducer(): void {
    if (this.producer === undefined) throw new Error('No producer is registered');
    this.producer = undefined;
    this.streaming = undefined;
  }

  stopConsuming(): void {
    if (this.producer !== undefined) this.unregisterProducer();
    this.loseConnection();
  }

  drained(): Deferred<void> {
    return succeed<void>(undefined);
  }

  // ---- IPushProducer

  /** Throws an Error after `stopProducing`, and after `loseConnection` unless lenient. */
  pauseProducing(): void {
    this.#requireProducing('pause');
    this.producerState = 'paused';
  }

  /** Throws an Error after `stopProducing`, and after `loseConnection` unless lenient. */
  resumeProducing(): void {
    this.#requireProducing('resume');
    this.producerState = 'producing';
  }

  stopProducing(): void {
    this.producerState = 'stopped';
    this.loseConnection();
  }

  // ---- the rest of ITCPTransport

  /** Fires when the connection is over. */
  whenLost(): Deferred<void> {
    return this.disconnected ? succeed<void>(undefined) : this.#waitingForLoss.add();
  }

  getTcpNoDelay(): boolean {
    return this.#options.getTcpNoDelay();
  }

  setTcpNoDelay(enabled: boolean): void {
    this.#options.setTcpNoDelay(enabled);
  }

  getTcpKeepAlive(): boolean {
    return this.#options.getTcpKeepAlive();
  }

  setTcpKeepAlive(enabled: boolean, options: KeepAliveOptions = {}): void {
    this.#options.setTcpKeepAlive(enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.#options.getTcpUserTimeout();
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.#options.setTcpUserTimeout(timeoutMs);
  }

  /** Throws a SystemError (ENOPROTOOPT): there is no kernel that would know. */
  getTcpInfo(): TcpInfo {
    return this.#options.getTcpInfo();
  }

  getSocketOption(level: number, name: number): number {
    return this.#options.get(level, name);
  }

  setSocketOption(level: number, name: number, value: number | Uint8Array): void {
    this.#options.set(level, name, value);
  }

  /** -1: there is none. */
  fileno(): number {
    return -1;
  }

  /** Throws an Error: there is no descriptor to give away. */
  detach(): never {
    throw new Error('A transport in memory has no descriptor that could be given away');
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  /** `loseConnection()`. Nobody would end the connection, so it waits for nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    this.loseConnection();
    return Promise.resolve();
  }

  /** `<StringTransport, 12 bytes written>`. */
  toString(): string {
    return `<${this.constructor.name}, ${this.bytesWritten} bytes written>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** The connection is over. */
  protected lost(): void {
    if (this.disconnected) return;
    this.disconnected = true;
    this.#waitingForLoss.fire();
  }

  #keep(pieces: readonly Uint8Array[]): boolean {
    if (this.disconnected || this.writeEnded) return false;
    for (const piece of pieces) {
      // A copy: the writer may use its memory again once it is sent, and here it is sent now.
      this.#written.push(Buffer.from(piece));
      this.bytesWritten += piece.length;
    }
    return true;
  }

  #keepFile(file: QueuedFile): FileSendError | undefined {
    while (file.bytes > 0) {
      const piece = readPiece(file);
      if (!(piece instanceof Uint8Array)) return piece;
      this.#keep([piece]);
      file.take(piece.length);
    }
    return undefined;
  }

  #requireProducing(what: 'pause' | 'resume'): void {
    if (this.disconnecting && !this.#lenient) throw new Error(`Can't ${what} after loseConnection()`);
    if (this.producerState === 'stopped') throw new Error(`Can't ${what} after stopProducing()`);
  }
}
