import {
  AF_INET,
  AF_INET6,
  EPOLLIN,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  type SocketAddress,
  TCP_INFO,
  errno,
} from '../../libc/index.js';
import type { Host } from './host.js';
import { ListenQueue } from './listen-queue.js';
import { ANY_IPV4, ANY_IPV6, type Place, isAnyHost, isIPv6Host, readPlace, writePlace } from './place.js';
import { SocketOptions } from './socket-options.js';
import { RECEIVE_SHUT, StreamSocket, directionsOf } from './stream-socket.js';
import { TcpConnection } from './tcp-connection.js';
import { encodeTcpInfo } from './tcp-info.js';

/**
 * A TCP socket: where it is bound, who waits to be accepted, and its one connection.
 *
 * Facts (bind(2), listen(2), connect(2); __inet_stream_connect and inet_shutdown in the kernel; tried on Linux 6.18):
 *  - connect() again says EALREADY while the attempt goes on, 0 once when it has succeeded, then EISCONN. After a failure it says the
 *    error, or ECONNABORTED if that has been told, and the next one begins a new attempt.
 *  - A port that bind() gave is kept until close(); one that connect() or listen() took is given up with the connection. getsockname goes
 *    on telling it.
 *  - While the queue of a listening socket is full, what would begin a connection is thrown away, and so is what would complete one; the
 *    client sends it again after a while.
 *  - shutdown() of a listening socket's receiving ends its listening.
 */

const NOWHERE: Place = { host: '', port: 0 };

/** `struct socket`'s state, beside the connection's own. */
type CallState = 'unconnected' | 'connecting' | 'connected';

export class TcpSocket extends StreamSocket {
  readonly host: Host;
  local: Place;
  remote: Place = NOWHERE;
  readonly #connection: TcpConnection;
  #call: CallState = 'unconnected';
  /** Whether the port is this socket's: by bind(), or by another call. */
  #bound: 'no' | 'byBind' | 'byOther' = 'no';
  #queue: ListenQueue<TcpSocket> | undefined;
  /** Whose client it is, until the connection is complete. */
  #listener: TcpSocket | undefined;
  /** No descriptor leads here any more. */
  #orphan = false;

  constructor(host: Host, family: number, nonBlocking: boolean) {
    const { sendBytes, receiveBytes } = host.network.buffers;
    super(family, IPPROTO_TCP, nonBlocking, new SocketOptions(family, sendBytes, receiveBytes));
    this.host = host;
    this.local = { host: anyHost(family), port: 0 };
    this.#connection = new TcpConnection(this);
  }

  get isListening(): boolean {
    return this.#queue !== undefined;
  }

  readiness(): number {
    if (this.#queue === undefined) return this.#connection.readiness;
    return this.#queue.length > 0 ? EPOLLIN : 0;
  }

  // ---- system calls

  bind(address: SocketAddress): number {
    const place = this.#placeOf(address);
    if (typeof place === 'number') return place;
    if (this.#connection.state !== 'CLOSE' || this.#bound !== 'no' || this.isListening) return -errno.EINVAL;
    if (!this.host.isLocal(place.host)) return -errno.EADDRNOTAVAIL;
    return this.#take(place, 'byBind');
  }

  listen(backlog: number): number {
    if (this.#queue !== undefined) {
      this.#queue.backlog = backlog;
      return 0;
    }
    if (this.#connection.state !== 'CLOSE' || this.#call !== 'unconnected') return -errno.EINVAL;
    if (this.#bound === 'no') {
      const result = this.#take({ ...this.local, port: 0 }, 'byOther');
      if (result < 0) return result;
    }
    if (!this.host.ports.mayListen(this)) return -errno.EADDRINUSE;
    this.#connection.renew();
    this.#queue = new ListenQueue(backlog);
    return 0;
  }

  accept(): TcpSocket | number {
    if (this.#queue === undefined) return -errno.EINVAL;
    return this.#queue.shift() ?? -errno.EAGAIN;
  }

  connect(address: SocketAddress): number {
    const place = this.#placeOf(address);
    if (typeof place === 'number') return place;
    switch (this.#call) {
      case 'connected':
        return -errno.EISCONN;
      case 'connecting':
        return this.#connectAgain();
      case 'unconnected':
        return this.isListening ? -errno.EISCONN : this.#begin(place);
    }
  }

  getsockname(address: SocketAddress): number {
    writePlace(this.local, this.family, address);
    return 0;
  }

  getpeername(address: SocketAddress): number {
    const { state } = this.#connection;
    if (state === 'CLOSE' || state === 'SYN_SENT') return -errno.ENOTCONN;
    this.tellPeer(address);
    return 0;
  }

  tellPeer(address: SocketAddress): void {
    writePlace(this.remote, this.family, address);
  }

  shutdown(how: number): number {
    const directions = directionsOf(how);
    if (directions === undefined) return -errno.EINVAL;
    if (this.#queue === undefined) return this.#connection.shutdown(directions);
    if ((directions & RECEIVE_SHUT) !== 0) this.#stopListening(this.#queue);
    return 0;
  }

  receive(target: Uint8Array, peek: boolean): number {
    return this.isListening ? -errno.ENOTCONN : this.#connection.receive(target, peek);
  }

  send(source: Uint8Array): number {
    return this.#connection.send(source);
  }

  takeError(): number {
    return this.#connection.takeError();
  }

  override getOption(level: number, name: number, value: Uint8Array): number {
    if (level !== IPPROTO_TCP || name !== TCP_INFO) return super.getOption(level, name, value);
    const { state, unacknowledged, segmentMax } = this.#connection;
    return encodeTcpInfo(value, {
      state: this.isListening ? 'LISTEN' : state,
      unacknowledged: this.#queue?.length ?? unacknowledged,
      queueLimit: this.#queue?.backlog ?? 0,
      segmentBytes: segmentMax,
    });
  }

  override setOption(level: number, name: number, value: Uint8Array): number {
    const isV6Only = level === IPPROTO_IPV6 && name === IPV6_V6ONLY;
    if (isV6Only && this.family === AF_INET6 && this.#bound !== 'no') return -errno.EINVAL;
    return super.setOption(level, name, value);
  }

  protected released(): void {
    this.#orphan = true;
    if (this.#queue !== undefined) this.#stopListening(this.#queue);
    else this.#connection.close();
    if (this.#connection.state === 'CLOSE') this.#leavePort();
  }

  // ---- what connections tell

  /** A client comes to this listening socket. False: thrown away, since there is no room. */
  welcome(client: TcpConnection): boolean {
    if (this.#queue === undefined || this.#queue.isFull) return false;
    const child = new TcpSocket(this.host, this.family, false);
    child.options.inherit(this.options);
    child.local = client.socket.remote;
    child.remote = client.socket.local;
    child.#call = 'connected';
    child.#bound = 'byOther';
    child.#listener = this;
    this.host.ports.join(child);
    child.#connection.answer(client);
    return true;
  }

  /** Whether whoever listened for this connection has room for it. */
  get isAwaited(): 'now' | 'notNow' | 'noLonger' {
    const listener = this.#listener;
    const queue = listener === undefined ? undefined : listener.#queue;
    if (queue === undefined) return 'noLonger';
    return queue.isFull ? 'notNow' : 'now';
  }

  /** The connection can be accepted. */
  completed(): void {
    const listener = this.#listener;
    if (listener === undefined || listener.#queue === undefined) return;
    listener.#queue.push(this);
    listener.changed();
    this.#listener = undefined;
  }

  /** The connection is over, however it was. */
  connectionEnded(): void {
    if (this.#bound === 'byOther' || this.#orphan) this.#leavePort();
  }

  /** The attempt to connect was taken back. */
  attemptForgotten(): void {
    this.#call = 'unconnected';
    this.remote = NOWHERE;
    if (this.#bound === 'byBind') return;
    this.#leavePort();
    this.local = { host: anyHost(this.family), port: this.local.port };
  }

  // ---- inside

  #connectAgain(): number {
    const { state } = this.#connection;
    if (state === 'SYN_SENT') return -errno.EALREADY;
    if (state !== 'CLOSE') {
      this.#call = 'connected';
      return 0;
    }
    const error = this.takeError() || errno.ECONNABORTED;
    this.#connection.renew();
    this.attemptForgotten();
    return -error;
  }

  #begin({ host, port }: Place): number {
    const target = isAnyHost(host) ? (isIPv6Host(host) ? '::1' : '127.0.0.1') : host;
    const source = this.host.sourceFor(target);
    if (source === undefined) return -errno.ENETUNREACH;
    const local = isAnyHost(this.local.host) ? source : this.local.host;
    if (this.#bound !== 'no') this.local = { host: local, port: this.local.port };
    else if (this.#take({ host: local, port: 0 }, 'byOther') < 0) return -errno.EADDRNOTAVAIL;
    this.remote = { host: target, port };
    this.#call = 'connecting';
    this.#connection.begin();
    return -errno.EINPROGRESS;
  }

  #take(place: Place, bound: 'byBind' | 'byOther'): number {
    const result = this.host.ports.bind(this, place);
    if (result === 0) this.#bound = bound;
    return result;
  }

  #leavePort(): void {
    this.#bound = 'no';
    this.host.ports.leave(this);
  }

  /** Who waits is reset. */
  #stopListening(queue: ListenQueue<TcpSocket>): void {
    this.#queue = undefined;
    for (const client of queue.takeAll()) {
      client.#orphan = true;
      client.#connection.abort();
      client.#leavePort();
    }
    if (this.#bound === 'byOther') this.#leavePort();
  }

  /** The place that an address names, if a socket of this family can go there; or `-errno`. */
  #placeOf(address: SocketAddress): Place | number {
    const place = readPlace(address);
    if (place === undefined) return -errno.EAFNOSUPPORT;
    if (this.family === AF_INET) return address.family === AF_INET ? place : -errno.EAFNOSUPPORT;
    if (address.family !== AF_INET6) return -errno.EINVAL;
    const isIPv4 = !isIPv6Host(place.host);
    return isIPv4 && this.options.isOn(IPPROTO_IPV6, IPV6_V6ONLY) ? -errno.ENETUNREACH : place;
  }
}

function anyHost(family: number): string {
  return family === AF_INET ? ANY_IPV4 : ANY_IPV6;
}
