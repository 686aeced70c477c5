import {
  AF_UNIX,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  type SocketAddress,
  errno,
} from '../../libc/index.js';
import { ByteQueue } from './byte-queue.js';
import type { Host } from './host.js';
import { ListenQueue } from './listen-queue.js';
import { SocketOptions } from './socket-options.js';
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT, StreamSocket, directionsOf } from './stream-socket.js';

/**
 * UNIX stream sockets.
 *
 * Facts (unix(7), net/unix/af_unix.c; tried on Linux 6.18):
 *  - What is sent stands in the other's queue at once, and counts for the sender until it is read.
 *  - A sender is ready (EPOLLOUT) while no more than a quarter of its buffer is used.
 *  - shutdown(SHUT_WR) shuts the other's receiving, SHUT_RD the other's sending.
 *  - A close shuts both of the other's directions; with something unread it also is an ECONNRESET there. Sending then says EPIPE and
 *    leaves that error alone; receiving tells it once everything that has come is read.
 *  - connect() is done when it returns, or EAGAIN if the queue is full. The client may send before it is accepted.
 *  - Who waits when a listening socket is closed gets an ECONNRESET.
 */
const BUFFER_BYTES = 212_992;

const NAMELESS = Buffer.alloc(0);

export class UnixSocket extends StreamSocket {
  readonly #host: Host;
  readonly #received = new ByteQueue();
  #peer: UnixSocket | undefined;
  #queue: ListenQueue<UnixSocket> | undefined;
  #name: Buffer = NAMELESS;
  /** The name of the other side. It is known when that is gone. */
  #peerName: Buffer | undefined;
  #error = 0;
  /** `sk_shutdown`. */
  #shut = 0;

  constructor(host: Host, nonBlocking: boolean) {
    super(AF_UNIX, 0, nonBlocking, new SocketOptions(AF_UNIX, BUFFER_BYTES, BUFFER_BYTES));
    this.#host = host;
  }

  /** socketpair(2). */
  static pair(host: Host, nonBlocking: boolean): readonly [UnixSocket, UnixSocket] {
    const [one, two] = [new UnixSocket(host, nonBlocking), new UnixSocket(host, nonBlocking)];
    one.#join(two);
    return [one, two];
  }

  readiness(): number {
    let events = this.#error === 0 ? 0 : EPOLLERR;
    if (this.#shut === BOTH_SHUT) events |= EPOLLHUP;
    if ((this.#shut & RECEIVE_SHUT) !== 0) events |= EPOLLIN | EPOLLRDHUP;
    if (this.#queue !== undefined) return events | (this.#queue.length > 0 ? EPOLLIN : 0);
    if (!this.#isConnected) events |= EPOLLHUP;
    if (this.#received.length > 0) events |= EPOLLIN;
    if (this.#unread * 4 <= this.options.sendBytes) events |= EPOLLOUT;
    return events;
  }

  bind(address: SocketAddress): number {
    if (address.family !== AF_UNIX || this.#name.length > 0) return -errno.EINVAL;
    const { path } = address;
    const result = this.#host.unixNames.bind(path, this);
    if (result === 0) this.#name = path;
    return result;
  }

  listen(backlog: number): number {
    if (this.#name.length === 0 || this.#isConnected) return -errno.EINVAL;
    if (this.#queue === undefined) this.#queue = new ListenQueue(backlog);
    else this.#queue.backlog = backlog;
    return 0;
  }

  accept(): UnixSocket | number {
    if (this.#queue === undefined) return -errno.EINVAL;
    return this.#queue.shift() ?? -errno.EAGAIN;
  }

  connect(address: SocketAddress): number {
    if (address.family !== AF_UNIX) return -errno.EINVAL;
    const listener = this.#host.unixNames.find(address.path);
    if (typeof listener === 'number') return listener;
    const queue = listener.#queue;
    if (queue === undefined || (listener.#shut & RECEIVE_SHUT) !== 0) return -errno.ECONNREFUSED;
    if (queue.isFull) return -errno.EAGAIN;
    if (this.#isConnected) return -errno.EISCONN;
    if (this.#queue !== undefined) return -errno.EINVAL;
    const other = new UnixSocket(this.#host, false);
    other.#name = listener.#name;
    this.#join(other);
    queue.push(other);
    listener.changed();
    this.changed();
    return 0;
  }

  getsockname(address: SocketAddress): number {
    address.setUnix(this.#name);
    return 0;
  }

  getpeername(address: SocketAddress): number {
    if (!this.#isConnected) return -errno.ENOTCONN;
    this.tellPeer(address);
    return 0;
  }

  tellPeer(address: SocketAddress): void {
    address.setUnix(this.#peerName ?? NAMELESS);
  }

  shutdown(how: number): number {
    const own = directionsOf(how);
    if (own === undefined) return -errno.EINVAL;
    this.#shut |= own;
    const peer = this.#peer;
    if (peer !== undefined) {
      peer.#shut |= (own & RECEIVE_SHUT ? SEND_SHUT : 0) | (own & SEND_SHUT ? RECEIVE_SHUT : 0);
      peer.changed();
    }
    this.changed();
    return 0;
  }

  receive(target: Uint8Array, peek: boolean): number {
    if (!this.#isConnected) return -errno.EINVAL;
    if (this.#received.length > 0) {
      const taken = peek ? this.#received.peek(target) : this.#received.take(target);
      if (!peek) this.#peer?.changed();
      return taken;
    }
    if (this.#error !== 0) return -this.takeError();
    if ((this.#shut & RECEIVE_SHUT) !== 0) return 0;
    return -errno.EAGAIN;
  }

  send(source: Uint8Array): number {
    if (!this.#isConnected) return -errno.ENOTCONN;
    const peer = this.#peer;
    if (peer === undefined || (this.#shut & SEND_SHUT) !== 0) return -errno.EPIPE;
    if (this.#error !== 0) return -this.takeError();
    const room = this.options.sendBytes - this.#unread;
    if (room <= 0 && source.length > 0) return -errno.EAGAIN;
    const taken = Math.min(room, source.length);
    peer.#received.push(source.subarray(0, taken));
    peer.changed();
    return taken;
  }

  takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  get isListening(): boolean {
    return this.#queue !== undefined;
  }

  protected released(): void {
    for (const client of this.#queue?.takeAll() ?? []) client.#leave(true);
    // The one that was accepted bears the name of the one that listened, and doesn't own it.
    if (this.#host.unixNames.find(this.#name) === this) this.#host.unixNames.release(this.#name);
    this.#leave(this.#received.length > 0);
  }

  #join(other: UnixSocket): void {
    this.#peer = other;
    this.#peerName = other.#name;
    other.#peer = this;
    other.#peerName = this.#name;
  }

  /** Ends the connection; the other side is told by an error if that is a reset. */
  #leave(isReset: boolean): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    peer.#peer = undefined;
    peer.#shut = BOTH_SHUT;
    if (isReset) peer.#error = errno.ECONNRESET;
    peer.changed();
  }

  /** It has been connected, whatever has become of the other side. */
  get #isConnected(): boolean {
    return this.#peerName !== undefined;
  }

  /** What it has sent and the other hasn't read. */
  get #unread(): number {
    return this.#peer === undefined ? 0 : this.#peer.#received.length;
  }
}
