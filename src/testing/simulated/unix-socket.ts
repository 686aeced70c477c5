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
import { SocketOptions } from './socket-options.js';
import {
  BOTH_SHUT,
  NOT_SUPPORTED,
  RECEIVE_SHUT,
  SEND_SHUT,
  StreamSocket,
  directionsOf,
} from './stream-socket.js';

/**
 * UNIX stream sockets, as socketpair(2) makes them.
 *
 * Facts (unix(7), net/unix/af_unix.c; tried on Linux 6.18):
 *  - What is sent stands in the other's queue at once, and counts for the sender until it is read.
 *  - A sender is ready (EPOLLOUT) while no more than a quarter of its buffer is used.
 *  - shutdown(SHUT_WR) shuts the other's receiving, SHUT_RD the other's sending.
 *  - A close shuts both of the other's directions; with something unread it also is an ECONNRESET there. Sending then says EPIPE and
 *    leaves that error alone; receiving tells it once everything that has come is read.
 */
const BUFFER_BYTES = 212_992;

export class UnixSocket extends StreamSocket {
  readonly #received = new ByteQueue();
  #peer: UnixSocket | undefined;
  #error = 0;
  /** `sk_shutdown`. */
  #shut = 0;

  constructor(nonBlocking: boolean) {
    super(AF_UNIX, 0, nonBlocking, new SocketOptions(AF_UNIX, BUFFER_BYTES, BUFFER_BYTES));
  }

  /** socketpair(2). */
  static pair(nonBlocking: boolean): readonly [UnixSocket, UnixSocket] {
    const [one, two] = [new UnixSocket(nonBlocking), new UnixSocket(nonBlocking)];
    one.#peer = two;
    two.#peer = one;
    return [one, two];
  }

  readiness(): number {
    let events = this.#error === 0 ? 0 : EPOLLERR;
    if (this.#shut === BOTH_SHUT) events |= EPOLLHUP;
    if ((this.#shut & RECEIVE_SHUT) !== 0) events |= EPOLLIN | EPOLLRDHUP;
    if (this.#received.length > 0) events |= EPOLLIN;
    if (this.#unread * 4 <= this.options.sendBytes) events |= EPOLLOUT;
    return events;
  }

  bind(): number {
    return NOT_SUPPORTED;
  }

  listen(): number {
    return -errno.EINVAL;
  }

  accept(): number {
    return -errno.EINVAL;
  }

  connect(): number {
    return -errno.EISCONN;
  }

  getsockname(address: SocketAddress): number {
    address.setUnix(new Uint8Array());
    return 0;
  }

  getpeername(address: SocketAddress): number {
    this.tellPeer(address);
    return 0;
  }

  tellPeer(address: SocketAddress): void {
    address.setUnix(new Uint8Array());
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
    return false;
  }

  protected released(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    if (this.#received.length > 0) peer.#error = errno.ECONNRESET;
    peer.#peer = undefined;
    peer.#shut = BOTH_SHUT;
    peer.changed();
  }

  /** What it has sent and the other hasn't read. */
  get #unread(): number {
    return this.#peer === undefined ? 0 : this.#peer.#received.length;
  }
}
