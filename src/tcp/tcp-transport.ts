import { inspect } from 'node:util';
import { Failure } from '../defer/index.js';
import { ConnectionDetached, NotConnectedError } from '../errors/index.js';
import type {
  ConnectionOptions,
  IInternetAddress,
  IProtocol,
  ITCPTransport,
  KeepAliveOptions,
  TcpInfo,
} from '../interfaces/index.js';
import {
  IPPROTO_TCP,
  type Libc,
  SOL_SOCKET,
  SO_KEEPALIVE,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
} from '../libc/index.js';
import { Connection } from './connection.js';
import type { ConnectionLimits } from './connection-options.js';
import { ReadinessDriver } from './readiness-driver.js';
import { getIntegerOption, setKeepAlive, setOption } from './socket-options.js';
import { getTcpInfo } from './tcp-info.js';
import type { TransportContext } from './transport-context.js';

/** A connection over a TCP socket: what servers and clients have in common. Twisted: `twisted.internet.tcp.Connection`. */
export abstract class TcpTransport extends Connection implements ITCPTransport {
  abstract override toString(): string;

  readonly #context: TransportContext;
  readonly #peer: IInternetAddress;
  readonly #host: IInternetAddress;
  #socket: ReadinessDriver | undefined;

  constructor(
    context: TransportContext,
    peer: IInternetAddress,
    host: IInternetAddress,
    limits: ConnectionLimits,
  ) {
    super(limits);
    this.#context = context;
    this.#peer = peer;
    this.#host = host;
  }

  getPeer(): IInternetAddress {
    return this.#peer;
  }

  getHost(): IInternetAddress {
    return this.#host;
  }

  getTcpNoDelay(): boolean {
    return this.getSocketOption(IPPROTO_TCP, TCP_NODELAY) !== 0;
  }

  setTcpNoDelay(enabled: boolean): void {
    this.setSocketOption(IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0);
  }

  getTcpKeepAlive(): boolean {
    return this.getSocketOption(SOL_SOCKET, SO_KEEPALIVE) !== 0;
  }

  setTcpKeepAlive(enabled: boolean, options: KeepAliveOptions = {}): void {
    setKeepAlive(this.#context.libc, this.openFd(), enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.getSocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT);
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.setSocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMs);
  }

  getTcpInfo(): TcpInfo {
    return getTcpInfo(this.#context.libc, this.openFd());
  }

  getSocketOption(level: number, name: number): number {
    return getIntegerOption(this.#context.libc, this.openFd(), level, name);
  }

  setSocketOption(level: number, name: number, value: number | Uint8Array): void {
    setOption(this.#context.libc, this.openFd(), level, name, value);
  }

  fileno(): number {
    const socket = this.#socket;
    if (socket === undefined || !this.connected) return -1;
    // Who knows the number may duplicate it.
    socket.markShared();
    return socket.fileno();
  }

  override detach(): number {
    this.#socket?.markShared();
    const fd = super.detach();
    // Without a descriptor, a reactor that drops everything wouldn't find it before the protocol is told.
    const { onDisconnectAll } = this.#context;
    const tell = (): void => this.dropped(new Failure(new ConnectionDetached()));
    onDisconnectAll.add(tell);
    void this.whenLost().addCallback(() => void onDisconnectAll.delete(tell));
    return fd;
  }

  /** Don't keep the process alive for this connection's sake, as node's `socket.unref()`. */
  unref(): this {
    if (this.#socket !== undefined) this.#context.fds.keepAlive(this.#socket, false);
    return this;
  }

  /** Takes `unref()` back. */
  ref(): this {
    if (this.#socket !== undefined) this.#context.fds.keepAlive(this.#socket, true);
    return this;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** The connection begins on this descriptor, which the transport owns from now on. */
  protected open(fd: number, protocol: IProtocol, limits: ConnectionLimits, shared = false): void {
    const socket = new ReadinessDriver(this.#context, fd, this, limits);
    if (shared) socket.markShared();
    this.#socket = socket;
    this.begin(socket, protocol);
  }

  private openFd(): number {
    const fd = this.connected ? (this.#socket?.fileno() ?? -1) : -1;
    if (fd < 0) throw new NotConnectedError();
    return fd;
  }
}

/** Sets the options that a connection is to have from the start. Throws a SystemError when the kernel refuses. */
export function applyOptions(libc: Libc, fd: number, options: ConnectionOptions): void {
  const { noDelay, keepAlive, userTimeoutMs } = options;
  if (noDelay !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_NODELAY, noDelay ? 1 : 0);
  if (userTimeoutMs !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs);
  if (keepAlive === undefined || keepAlive === false) return;
  setKeepAlive(libc, fd, true, keepAlive === true ? {} : keepAlive);
}
