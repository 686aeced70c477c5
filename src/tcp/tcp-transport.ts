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
import { diagnosticsChannel, withState } from '../logger/index.js';
import { Connection } from './connection.js';
import type { ConnectionLimits } from './connection-options.js';
import { ReadinessDriver } from './readiness-driver.js';
import { getIntegerOption, setKeepAlive, setOption } from './socket-options.js';
import { getTcpInfo } from './tcp-info.js';
import type { TransportContext } from './transport-context.js';

const madeChannel = diagnosticsChannel('heddle:tcp:connection');
const lostChannel = diagnosticsChannel('heddle:tcp:connection:lost');

/** A connection over a TCP socket: what servers and clients have in common. Twisted: `twisted.internet.tcp.Connection`. */
export abstract class TcpTransport extends Connection<ReadinessDriver> implements ITCPTransport {
  abstract override toString(): string;

  readonly #peer: IInternetAddress;
  readonly #host: IInternetAddress;

  constructor(peer: IInternetAddress, host: IInternetAddress, limits: ConnectionLimits) {
    super(limits);
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
    const driver = this.openDriver();
    setKeepAlive(driver.context.libc, driver.fileno(), enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.getSocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT);
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.setSocketOption(IPPROTO_TCP, TCP_USER_TIMEOUT, timeoutMs);
  }

  getTcpInfo(): TcpInfo {
    const driver = this.openDriver();
    return getTcpInfo(driver.context.libc, driver.fileno());
  }

  getSocketOption(level: number, name: number): number {
    const driver = this.openDriver();
    return getIntegerOption(driver.context.libc, driver.fileno(), level, name);
  }

  setSocketOption(level: number, name: number, value: number | Uint8Array): void {
    const driver = this.openDriver();
    setOption(driver.context.libc, driver.fileno(), level, name, value);
  }

  fileno(): number {
    const { driver } = this;
    if (driver === undefined) return -1;
    // Who knows the number may duplicate it.
    driver.markShared();
    return driver.fileno();
  }

  override detach(): number {
    const driver = this.openDriver();
    driver.markShared();
    const fd = super.detach();
    // Without a descriptor, a reactor that drops everything wouldn't find it before the protocol is told.
    const { onDisconnectAll } = driver.context;
    const tell = (): void => this.dropped(new Failure(new ConnectionDetached()));
    onDisconnectAll.add(tell);
    void this.whenLost().addCallback(() => void onDisconnectAll.delete(tell));
    return fd;
  }

  /** Don't keep the process alive for this connection's sake, as node's `socket.unref()`. */
  unref(): this {
    this.driver?.context.fds.keepAlive(this.driver, false);
    return this;
  }

  /** Takes `unref()` back. */
  ref(): this {
    this.driver?.context.fds.keepAlive(this.driver, true);
    return this;
  }

  /** `<Echo #0 on 8007, 127.0.0.1:51234, connected, read: 12, written: 12>`. */
  [inspect.custom](): string {
    return withState(
      this.toString(),
      this.peerInText(),
      this.phase,
      `read: ${this.bytesRead}`,
      `written: ${this.bytesWritten}`,
      this.bytesQueued > 0 && `queued: ${this.bytesQueued}`,
    );
  }

  /** The peer, where the text form doesn't name it. */
  protected peerInText(): string | undefined {
    return undefined;
  }

  /** The connection begins on this descriptor, which the transport owns from now on. */
  protected open(
    context: TransportContext,
    fd: number,
    protocol: IProtocol,
    limits: ConnectionLimits,
    shared = false,
  ): void {
    // Before there is anything to register: a subscriber may do what it likes, even close the reactor.
    if (madeChannel.hasSubscribers) madeChannel.publish({ transport: this, protocol });
    const driver = new ReadinessDriver(context, fd, this, limits);
    if (shared) driver.markShared();
    this.begin(driver, protocol);
  }

  /** Whoever made this transport may forget it. */
  protected abstract released(reason: Failure): void;

  protected override ended(reason: Failure): void {
    this.released(reason);
    if (lostChannel.hasSubscribers) lostChannel.publish({ transport: this, reason });
  }

  private openDriver(): ReadinessDriver {
    const { driver } = this;
    if (driver === undefined || driver.fileno() < 0) throw new NotConnectedError();
    return driver;
  }
}

/** Sets the options that a connection is to have from the start. Throws a SystemError when the kernel refuses. */
export function applyOptions(libc: Pick<Libc, 'setsockopt'>, fd: number, options: ConnectionOptions): void {
  const { noDelay, keepAlive, userTimeoutMs } = options;
  if (noDelay !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_NODELAY, noDelay ? 1 : 0);
  if (userTimeoutMs !== undefined) setOption(libc, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs);
  if (keepAlive === undefined || keepAlive === false) return;
  setKeepAlive(libc, fd, true, keepAlive === true ? {} : keepAlive);
}
