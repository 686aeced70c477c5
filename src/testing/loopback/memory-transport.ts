import { inspect } from 'node:util';
import type { Failure } from '../../defer/index.js';
import { NotConnectedError } from '../../errors/index.js';
import type {
  ConnectionOptions,
  IInternetAddress,
  IProtocol,
  ITCPTransport,
  KeepAliveOptions,
  TcpInfo,
} from '../../interfaces/index.js';
import type { ErrnoName } from '../../libc/index.js';
import { withState } from '../../logger/index.js';
import { Connection, type ConnectionLimits, connectionLimits } from '../../tcp/index.js';
import { nameOf } from '../../tcp/protocol-calls.js';
import { TcpOptionsInMemory } from '../doubles/tcp-options-in-memory.js';
import { MemoryDriver, type Rounds } from './memory-driver.js';
import type { MemorySocket } from './memory-socket.js';

/** What a transport in memory is made of. */
export interface MemoryTransportParts {
  /** What it calls itself. */
  readonly side: 'server' | 'client';
  /** The rounds that it takes part in. */
  readonly rounds: Rounds;
  /** Where its bytes come from and go to. */
  readonly socket: MemorySocket;
  /** The options of the connection. */
  readonly options: ConnectionOptions;
  /** The most that one `dataReceived` gets. */
  readonly readBytes: number;
  /** Its own address. */
  readonly host: IInternetAddress;
  /** The other end's address. */
  readonly peer: IInternetAddress;
}

/**
 * One end of a TCP connection in memory. It is heddle's own `Connection`, so that it queues, pauses, half-closes and
 * ends as the transports of a reactor do; only the socket is a double. It has no descriptor: `fileno()` is -1, and
 * `detach()` throws. Socket options are kept and have no effect. Twisted: `FakeTransport` (twisted.test.iosim).
 */
export class MemoryTransport extends Connection<MemoryDriver> implements ITCPTransport {
  readonly #parts: MemoryTransportParts;
  readonly #limits: ConnectionLimits;
  readonly #options: TcpOptionsInMemory;
  #protocolName = 'Uninitialized';
  #onEnd: (reason: Failure) => void = () => undefined;

  constructor(parts: MemoryTransportParts) {
    const limits = connectionLimits(parts.options);
    super(limits);
    this.#limits = limits;
    this.#parts = parts;
    this.#options = new TcpOptionsInMemory(parts.options);
  }

  getPeer(): IInternetAddress {
    return this.#parts.peer;
  }

  getHost(): IInternetAddress {
    return this.#parts.host;
  }

  /** The connection begins. `onEnd` is called after the protocol's `connectionLost`. */
  start(protocol: IProtocol, onEnd?: (reason: Failure) => void): void {
    this.#protocolName = nameOf(protocol);
    if (onEnd !== undefined) this.#onEnd = onEnd;
    const { rounds, socket, readBytes } = this.#parts;
    const driver = new MemoryDriver({ rounds, socket, feed: this, limits: this.#limits, readBytes });
    rounds.join(driver);
    this.begin(driver, protocol);
  }

  /** The network fails, for this end only: its next read or write gets this errno, e.g. `ETIMEDOUT`, and the connection is lost. */
  failWith(code: ErrnoName): void {
    this.#parts.socket.fail(code);
    this.#parts.rounds.wake();
  }

  getTcpNoDelay(): boolean {
    return this.#openOptions().getTcpNoDelay();
  }

  setTcpNoDelay(enabled: boolean): void {
    this.#openOptions().setTcpNoDelay(enabled);
  }

  getTcpKeepAlive(): boolean {
    return this.#openOptions().getTcpKeepAlive();
  }

  setTcpKeepAlive(enabled: boolean, options: KeepAliveOptions = {}): void {
    this.#openOptions().setTcpKeepAlive(enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.#openOptions().getTcpUserTimeout();
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.#openOptions().setTcpUserTimeout(timeoutMs);
  }

  /** Throws a SystemError (ENOPROTOOPT): there is no kernel that would know. */
  getTcpInfo(): TcpInfo {
    return this.#openOptions().getTcpInfo();
  }

  getSocketOption(level: number, name: number): number {
    return this.#openOptions().get(level, name);
  }

  setSocketOption(level: number, name: number, value: number | Uint8Array): void {
    this.#openOptions().set(level, name, value);
  }

  /** -1: there is none. */
  fileno(): number {
    return -1;
  }

  /** Throws an Error: there is no descriptor to give away. */
  override detach(): never {
    throw new Error('A transport in memory has no descriptor that could be given away');
  }

  /** Does nothing: nothing in memory keeps the process alive. */
  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  /** `Echo,server`, `Echo,client`. */
  override logPrefix(): string {
    return `${this.#protocolName},${this.#parts.side}`;
  }

  /** `<Echo client in memory>`. */
  override toString(): string {
    return `<${this.#protocolName} ${this.#parts.side} in memory>`;
  }

  /** `<Echo server in memory, connected, read: 12, written: 12>`. */
  [inspect.custom](): string {
    return withState(
      this.toString(),
      this.phase,
      `read: ${this.bytesRead}`,
      `written: ${this.bytesWritten}`,
      this.bytesQueued > 0 && `queued: ${this.bytesQueued}`,
    );
  }

  protected override ended(reason: Failure): void {
    this.#onEnd(reason);
  }

  #openOptions(): TcpOptionsInMemory {
    if (!this.connected) throw new NotConnectedError();
    return this.#options;
  }
}
