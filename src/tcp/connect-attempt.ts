import { Deferred } from '../defer/index.js';
import { ConnectBindError, ReactorClosedError, getConnectError } from '../errors/index.js';
import { internetAddress } from '../address/index.js';
import type {
  ConnectTCPOptions,
  IHangUpDescriptor,
  IInternetAddress,
  IWriteDescriptor,
} from '../interfaces/index.js';
import {
  SOL_SOCKET,
  SO_ERROR,
  SO_REUSEADDR,
  SocketAddress,
  checked,
  errno,
  systemError,
} from '../libc/index.js';
import { openSocket } from './listening-socket.js';
import { getIntegerOption, setOption } from './socket-options.js';
import { familyOf, writeAddress } from './socket-addresses.js';
import { applyOptions } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';

/**
 * One socket on its way to one address. `connected` fires with the descriptor, which is the receiver's from then on, or fails
 * with a kind of ConnectError; cancelling it closes the socket.
 *
 * Facts (connect(2)): a non-blocking connect says EINPROGRESS and goes on in the background; so does one that was
 * interrupted (EINTR), and calling it again would be wrong. When the socket is writable SO_ERROR tells how it went,
 * once. A refused connect is a hang-up for epoll (EPOLLHUP, EPOLLERR); with a hang-up watch the reactor leaves it to
 * `doWrite` to find out what it means. The constructor never throws: what fails at once fails the Deferred.
 */
export class ConnectAttempt implements IWriteDescriptor, IHangUpDescriptor {
  readonly connected: Deferred<number>;
  readonly #context: TransportContext;
  readonly #address: IInternetAddress;
  #fd = -1;

  constructor(context: TransportContext, address: IInternetAddress, options: ConnectTCPOptions) {
    this.#context = context;
    this.#address = address;
    this.connected = new Deferred<number>(() => this.#close());
    try {
      if (context.isClosed()) throw new ReactorClosedError();
      this.#open(options);
    } catch (error) {
      this.#fail(new ConnectBindError(error as Error));
      return;
    }
    try {
      this.#connect();
    } catch (error) {
      this.#fail(getConnectError(error));
    }
  }

  fileno(): number {
    return this.#fd;
  }

  logPrefix(): string {
    return `connecting to ${this.#address.host}:${this.#address.port}`;
  }

  doWrite(): void {
    let pending: number;
    try {
      pending = getIntegerOption(this.#context.libc, this.#fd, SOL_SOCKET, SO_ERROR);
    } catch (error) {
      this.#fail(getConnectError(error));
      return;
    }
    if (pending === 0) this.#succeed();
    else this.#refused(-pending);
  }

  hangUp(): void {
    // The attempt is over, and `doWrite` is called next.
  }

  connectionLost(reason: { readonly value: unknown }): void {
    this.#fail(getConnectError(reason.value));
  }

  #open(options: ConnectTCPOptions): void {
    const { libc } = this.#context;
    const family = familyOf(this.#address);
    this.#fd = openSocket(libc, family);
    applyOptions(libc, this.#fd, options);
    if (options.bindAddress === undefined) return;
    const { host = family === 2 ? '0.0.0.0' : '::', port = 0 } = options.bindAddress;
    const local = internetAddress('TCP', host, port);
    if (local === undefined)
      throw new RangeError(`bindAddress.host must be an IP address, not ${JSON.stringify(host)}`);
    if (port !== 0) setOption(libc, this.#fd, SOL_SOCKET, SO_REUSEADDR, 1);
    checked(libc.bind(this.#fd, writeAddress(local, new SocketAddress())), 'bind', { address: host, port });
  }

  #connect(): void {
    const result = this.#context.libc.connect(this.#fd, writeAddress(this.#address, new SocketAddress()));
    if (result >= 0) this.#succeed();
    else if (result === -errno.EINPROGRESS || result === -errno.EINTR) this.#watch();
    else this.#refused(result);
  }

  #watch(): void {
    this.#context.fds.addHangUpWatch(this);
    this.#context.fds.addWriter(this);
  }

  #refused(result: number): void {
    const { host, port } = this.#address;
    this.#fail(getConnectError(systemError(result, 'connect', { fd: this.#fd, address: host, port })));
  }

  #succeed(): void {
    // Taken out of the poller at once: the number lives on under another owner.
    this.#context.fds.forget(this, { shared: true });
    const fd = this.#fd;
    this.#fd = -1;
    this.connected.callback(fd);
  }

  #fail(error: unknown): void {
    this.#close();
    this.connected.errback(error);
  }

  #close(): void {
    if (this.#fd < 0) return;
    this.#context.fds.forget(this);
    const fd = this.#fd;
    this.#fd = -1;
    this.#context.libc.close(fd);
  }
}
