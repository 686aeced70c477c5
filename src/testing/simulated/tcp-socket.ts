import type { TcpState } from '../../interfaces/index.js';
import {
  AF_INET,
  AF_INET6,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  type SocketAddress,
  TCP_INFO,
  TCP_USER_TIMEOUT,
  errno,
} from '../../libc/index.js';
import { ByteQueue } from './byte-queue.js';
import type { Host } from './host.js';
import { ListenQueue } from './listen-queue.js';
import { ANY_IPV4, ANY_IPV6, type Place, isAnyHost, isIPv6Host, readPlace, writePlace } from './place.js';
import type { Segment } from './segment.js';
import { SocketOptions } from './socket-options.js';
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT, StreamSocket } from './stream-socket.js';
import { encodeTcpInfo } from './tcp-info.js';
import { TcpSender } from './tcp-sender.js';
import { Wire } from './wire.js';

/**
 * A TCP socket.
 *
 * Facts (tcp(7), RFC 9293; tcp_poll, tcp_sendmsg, tcp_recvmsg, tcp_reset, tcp_fin, __tcp_close and inet_shutdown in the kernel; tried on
 * Linux 6.18):
 *  - A fresh socket is EPOLLOUT|EPOLLHUP; one that is connecting is nothing at all; what counts afterwards is which directions have
 *    ended (`shut`) and whether an error is to be told. See `readiness`.
 *  - A reset says ECONNREFUSED to who connects, EPIPE to who has had the other's FIN, ECONNRESET to all others. It throws away what
 *    was to be sent. What has been received can still be read; the error comes after it.
 *  - An error is told once, by whichever call comes first: SO_ERROR, recv, send.
 *  - close() with something unread resets the connection, and so does SO_LINGER with 0 s. What comes to a closed socket is answered by
 *    a reset.
 *  - Two sides that have both ended are not connected any more: ENOTCONN for getpeername and shutdown, 0 for recv.
 *  - A failed connect() can be repeated: the first call after it says ECONNABORTED unless it has an error to tell.
 */

/** The longest segments: on the loopback device, and on an Ethernet. */
const LOOPBACK_SEGMENT = 65_483;
const ETHERNET_SEGMENT = 1448;

const NOWHERE: Place = { host: '', port: 0 };

/** `struct socket`'s state, beside the connection's own. */
type CallState = 'unconnected' | 'connecting' | 'connected';

export class TcpSocket extends StreamSocket {
  /** Where it is bound; port 0 while it isn't. */
  local: Place;
  remote: Place = NOWHERE;
  readonly #host: Host;
  readonly #received = new ByteQueue();
  readonly #wire: Wire;
  #state: TcpState = 'CLOSE';
  #call: CallState = 'unconnected';
  /** bind() gave it its port: it keeps that after the connection's end. */
  #boundByCall = false;
  #queue: ListenQueue | undefined;
  /** Whose client it is, until the connection is complete. */
  #listener: TcpSocket | undefined;
  /** The socket at the other end, once it is known. */
  #peer: TcpSocket | undefined;
  #sender: TcpSender | undefined;
  /** No descriptor leads here any more. */
  #orphan = false;
  /** `SOCK_DONE`: the other side's FIN is here. */
  #done = false;
  /** All bytes that have come, and the most that the other side was allowed to send. */
  #bytesReceived = 0;
  #bytesAllowed = 0;

  constructor(host: Host, family: number, nonBlocking: boolean) {
    const { sendBytes, receiveBytes } = host.network.buffers;
    super(family, IPPROTO_TCP, nonBlocking, new SocketOptions(family, sendBytes, receiveBytes));
    this.#host = host;
    this.local = { host: family === AF_INET ? ANY_IPV4 : ANY_IPV6, port: 0 };
    this.#wire = new Wire({
      from: host,
      to: () => host.network.find(host, this.remote.host),
      deliver: (segment) => this.#deliver(segment),
      gaveUp: () => this.#lost(errno.ETIMEDOUT),
      userTimeoutMs: () => this.options.integer(IPPROTO_TCP, TCP_USER_TIMEOUT),
    });
  }

  get state(): TcpState {
    return this.#state;
  }

  get isListening(): boolean {
    return this.#state === 'LISTEN';
  }

  /** tcp_poll. */
  readiness(): number {
    if (this.#queue !== undefined) return this.#queue.length > 0 ? EPOLLIN : 0;
    let events = this.error === 0 ? 0 : EPOLLERR;
    if (this.shut === BOTH_SHUT || this.#state === 'CLOSE') events |= EPOLLHUP;
    if ((this.shut & RECEIVE_SHUT) !== 0) events |= EPOLLIN | EPOLLRDHUP;
    if (this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV') return events;
    if (this.#received.length > 0) events |= EPOLLIN;
    if ((this.shut & SEND_SHUT) !== 0 || this.#isWritable) events |= EPOLLOUT;
    return events;
  }

  // ---- system calls

  bind(address: SocketAddress): number {
    const place = this.#placeOf(address);
    if (typeof place === 'number') return place;
    if (this.#state !== 'CLOSE' || this.local.port !== 0) return -errno.EINVAL;
    if (!this.#host.isLocal(place.host)) return -errno.EADDRNOTAVAIL;
    const result = this.#host.ports.bind(this, place);
    this.#boundByCall = result === 0;
    return result;
  }

  listen(backlog: number): number {
    if (this.#queue !== undefined) {
      this.#queue.backlog = backlog;
      return 0;
    }
    if (this.#state !== 'CLOSE' || this.#call !== 'unconnected') return -errno.EINVAL;
    if (this.local.port === 0) {
      const result = this.#host.ports.bind(this, this.local);
      if (result < 0) return result;
    }
    if (!this.#host.ports.mayListen(this)) return -errno.EADDRINUSE;
    this.#state = 'LISTEN';
    this.shut = 0;
    this.#queue = new ListenQueue(backlog);
    return 0;
  }

  accept(): TcpSocket | number {
    if (this.#queue === undefined) return -errno.EINVAL;
    const client = this.#queue.shift();
    if (client === undefined) return -errno.EAGAIN;
    client.#call = 'connected';
    return client;
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
        return this.#state === 'CLOSE' ? this.#begin(place) : -errno.EISCONN;
    }
  }

  getsockname(address: SocketAddress): number {
    writePlace(this.local, this.family, address);
    return 0;
  }

  getpeername(address: SocketAddress): number {
    if (this.remote === NOWHERE || this.#state === 'CLOSE' || this.#state === 'SYN_SENT')
      return -errno.ENOTCONN;
    this.tellPeer(address);
    return 0;
  }

  tellPeer(address: SocketAddress): void {
    writePlace(this.remote, this.family, address);
  }

  shutdown(how: number): number {
    const directions = directionsOf(how);
    if (directions === undefined) return -errno.EINVAL;
    switch (this.#state) {
      case 'CLOSE':
        return -errno.ENOTCONN;
      case 'LISTEN':
        if ((directions & RECEIVE_SHUT) !== 0) this.#stopListening();
        return 0;
      case 'SYN_SENT':
        this.#disconnect();
        return 0;
      default:
        this.shut |= directions;
        if ((directions & SEND_SHUT) !== 0) this.#endSending();
        this.changed();
        return 0;
    }
  }

  receive(target: Uint8Array, peek: boolean): number {
    if (this.isListening) return -errno.ENOTCONN;
    if (this.#received.length > 0) {
      if (peek) return this.#received.peek(target);
      const taken = this.#received.take(target);
      this.#tellRoom();
      return taken;
    }
    if (this.#done) return 0;
    if (this.error !== 0) return this.errorOr(0);
    if ((this.shut & RECEIVE_SHUT) !== 0) return 0;
    return this.#state === 'CLOSE' ? -errno.ENOTCONN : -errno.EAGAIN;
  }

  send(source: Uint8Array): number {
    if (this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV') return -errno.EAGAIN;
    const sender = this.#sender;
    const isOpen = this.#state === 'ESTABLISHED' || this.#state === 'CLOSE_WAIT';
    if (!isOpen || sender === undefined || this.error !== 0 || (this.shut & SEND_SHUT) !== 0) {
      return this.errorOr(-errno.EPIPE);
    }
    if (source.length === 0) return 0;
    const room = this.options.sendBytes - sender.queued;
    if (room <= 0) return -errno.EAGAIN;
    const taken = Math.min(room, source.length);
    sender.push(source.subarray(0, taken));
    return taken;
  }

  override getOption(level: number, name: number, value: Uint8Array): number {
    if (level !== IPPROTO_TCP || name !== TCP_INFO) return super.getOption(level, name, value);
    return encodeTcpInfo(value, {
      state: this.#state,
      unacknowledged: this.#queue?.length ?? Math.ceil((this.#sender?.queued ?? 0) / this.#segmentMax),
      queueLimit: this.#queue?.backlog ?? 0,
      segmentBytes: this.#segmentMax,
    });
  }

  override setOption(level: number, name: number, value: Uint8Array): number {
    const isV6Only = level === IPPROTO_IPV6 && name === IPV6_V6ONLY;
    if (isV6Only && this.family === AF_INET6 && this.local.port !== 0) return -errno.EINVAL;
    return super.setOption(level, name, value);
  }

  /** __tcp_close. */
  protected released(): void {
    this.#orphan = true;
    this.shut = BOTH_SHUT;
    const unread = this.#received.length > 0;
    this.#received.clear();
    if (this.isListening) this.#stopListening();
    else if (this.#state === 'SYN_SENT') this.#wire.cut();
    else if (this.#state !== 'CLOSE') this.#closeConnection(unread);
    const { state } = this;
    if (state === 'CLOSE' || state === 'SYN_SENT') this.#destroy();
  }

  // ---- the beginning of a connection

  #connectAgain(): number {
    if (this.#state === 'SYN_SENT') return -errno.EALREADY;
    if (this.#state !== 'CLOSE') {
      this.#call = 'connected';
      return 0;
    }
    const result = this.errorOr(-errno.ECONNABORTED);
    this.#call = 'unconnected';
    this.shut = 0;
    this.#giveUpPort();
    return result;
  }

  #begin({ host, port }: Place): number {
    const target = isAnyHost(host) ? (isIPv6Host(host) ? '::1' : '127.0.0.1') : host;
    const source = this.#host.sourceFor(target);
    if (source === undefined) return -errno.ENETUNREACH;
    if (this.local.port === 0) {
      const result = this.#host.ports.bind(this, {
        host: isAnyHost(this.local.host) ? source : this.local.host,
        port: 0,
      });
      if (result < 0) return -errno.EADDRNOTAVAIL;
    } else if (isAnyHost(this.local.host)) {
      this.local = { host: source, port: this.local.port };
    }
    this.remote = { host: target, port };
    this.#state = 'SYN_SENT';
    this.#call = 'connecting';
    this.#done = false;
    this.#peer = undefined;
    this.#wire.send({ kind: 'syn', from: this });
    return -errno.EINPROGRESS;
  }

  /** A client comes to this host. False: thrown away. */
  #knock(): boolean {
    const { network } = this.#host;
    const host = network.find(this.#host, this.remote.host);
    const listener = host?.ports.listenerAt(this.remote);
    if (listener !== undefined) return listener.#welcome(this);
    const delay = host === undefined ? 0 : network.delay(host, this.#host);
    network.agenda.after(delay, () => this.#arrive({ kind: 'rst' }));
    return true;
  }

  #welcome(client: TcpSocket): boolean {
    if (this.#queue === undefined || this.#queue.isFull) return false;
    const child = new TcpSocket(this.#host, this.family, false);
    child.options.inherit(this.options);
    child.local = client.remote;
    child.remote = client.local;
    child.#peer = client;
    child.#listener = this;
    child.#state = 'SYN_RECV';
    this.#host.ports.join(child);
    child.#wire.send({ kind: 'synAck', from: child, window: child.#offerWindow() });
    return true;
  }

  /** The client has heard. False: nobody has room for it, so it has to say so again. */
  #complete(window: number): boolean {
    const listener = this.#listener;
    const queue = listener === undefined ? undefined : listener.#queue;
    if (listener === undefined || queue === undefined) {
      this.#abort();
      this.#destroy();
      return true;
    }
    if (queue.isFull) return false;
    this.#state = 'ESTABLISHED';
    this.#startSending(window);
    queue.push(this);
    listener.changed();
    this.#listener = undefined;
    return true;
  }

  #startSending(window: number): void {
    const { choices, fragmentation } = this.#host.network;
    this.#sender = new TcpSender({
      wire: this.#wire,
      window,
      segmentBytes: (available) => {
        const most = Math.min(available, this.#segmentMax);
        return choices.chance(fragmentation) ? choices.integer(1, most) : most;
      },
    });
  }

  // ---- segments

  #deliver(segment: Segment): boolean {
    if (segment.kind === 'syn') return this.#knock();
    return this.#peer === undefined ? true : this.#peer.#arrive(segment);
  }

  /** False: thrown away, and to be sent again. */
  #arrive(segment: Segment): boolean {
    switch (segment.kind) {
      case 'syn':
        return true;
      case 'synAck':
        this.#receiveSynAck(segment.from, segment.window);
        return true;
      case 'ack':
        if (this.#state === 'SYN_RECV') return this.#complete(segment.window);
        this.#receiveAck(segment.received, segment.window, segment.fin);
        return true;
      case 'data':
        this.#receiveData(segment.bytes);
        return true;
      case 'fin':
        this.#receiveFin();
        return true;
      case 'rst':
        this.#receiveReset();
        return true;
    }
  }

  #receiveSynAck(from: TcpSocket, window: number): void {
    this.#peer = from;
    if (this.#state !== 'SYN_SENT' || this.#orphan) {
      this.#wire.send({ kind: 'rst' });
      return;
    }
    this.#state = 'ESTABLISHED';
    this.#startSending(window);
    this.#acknowledge();
    this.changed();
  }

  #receiveData(bytes: Buffer): void {
    const isOver = this.#state === 'CLOSE' || this.#state === 'TIME_WAIT';
    const isUnwanted =
      (this.#state === 'FIN_WAIT1' || this.#state === 'FIN_WAIT2') && (this.shut & RECEIVE_SHUT) !== 0;
    if (isOver || isUnwanted) {
      this.#wire.send({ kind: 'rst' });
      if (isUnwanted) this.#lost(errno.ECONNRESET);
      return;
    }
    this.#received.push(bytes);
    this.#bytesReceived += bytes.length;
    this.#acknowledge();
    this.changed();
  }

  #receiveFin(): void {
    if (this.#state === 'CLOSE') {
      this.#wire.send({ kind: 'rst' });
      return;
    }
    this.shut |= RECEIVE_SHUT;
    this.#done = true;
    this.#acknowledge(true);
    if (this.#state === 'ESTABLISHED') this.#state = 'CLOSE_WAIT';
    else if (this.#state === 'FIN_WAIT1') this.#state = 'CLOSING';
    else if (this.#state === 'FIN_WAIT2') this.#waitTime();
    this.changed();
  }

  #receiveAck(received: number, window: number, fin: boolean): void {
    this.#sender?.acknowledge(received, window);
    if (fin) {
      if (this.#state === 'FIN_WAIT1') this.#state = 'FIN_WAIT2';
      else if (this.#state === 'CLOSING') this.#waitTime();
      else if (this.#state === 'LAST_ACK') this.#finish();
    }
    this.changed();
  }

  /** tcp_reset. */
  #receiveReset(): void {
    switch (this.#state) {
      case 'CLOSE':
        return;
      case 'SYN_SENT':
        this.#lost(errno.ECONNREFUSED);
        return;
      case 'CLOSE_WAIT':
        this.#lost(errno.EPIPE);
        return;
      default:
        this.#lost(errno.ECONNRESET);
    }
  }

  #acknowledge(fin = false): void {
    this.#wire.send({ kind: 'ack', received: this.#bytesReceived, window: this.#offerWindow(), fin });
  }

  /** After a read: tells the other side of the new room, once it is worth a segment. */
  #tellRoom(): void {
    if (this.#state === 'CLOSE' || this.#done) return;
    const room = this.#bytesReceived + this.#room - this.#bytesAllowed;
    if (room >= Math.min(this.#segmentMax, this.options.receiveBytes / 4)) this.#acknowledge();
  }

  #offerWindow(): number {
    const window = this.#room;
    this.#bytesAllowed = Math.max(this.#bytesAllowed, this.#bytesReceived + window);
    return window;
  }

  /** Half of SO_RCVBUF is for the bytes, half for the kernel's book-keeping (tcp_adv_win_scale). */
  get #room(): number {
    return Math.max(0, this.options.receiveBytes / 2 - this.#received.length);
  }

  get #segmentMax(): number {
    const { network } = this.#host;
    return network.find(this.#host, this.remote.host) === this.#host ? LOOPBACK_SEGMENT : ETHERNET_SEGMENT;
  }

  /** sk_stream_is_writeable: at least half as much is free as is used. */
  get #isWritable(): boolean {
    const queued = this.#sender?.queued ?? 0;
    return this.options.sendBytes - queued >= queued >> 1;
  }

  // ---- its end

  #endSending(): void {
    if (this.#state === 'ESTABLISHED') this.#state = 'FIN_WAIT1';
    else if (this.#state === 'CLOSE_WAIT') this.#state = 'LAST_ACK';
    else return;
    this.#sender?.end();
  }

  #closeConnection(unread: boolean): void {
    if (unread || this.options.lingerSeconds === 0) this.#abort();
    else this.#endSending();
  }

  /** Sends a reset; nothing more comes or goes. */
  #abort(): void {
    this.#sender?.discard();
    this.#wire.send({ kind: 'rst' });
    this.#state = 'CLOSE';
  }

  #stopListening(): void {
    const waiting = this.#queue?.takeAll() ?? [];
    this.#queue = undefined;
    this.#state = 'CLOSE';
    for (const client of waiting) {
      if (client.state !== 'CLOSE') client.#abort();
      client.#orphan = true;
      client.#destroy();
    }
    if (!this.#boundByCall) this.#giveUpPort();
  }

  /** tcp_disconnect of a socket that is connecting. */
  #disconnect(): void {
    this.#wire.cut();
    this.#state = 'CLOSE';
    this.#call = 'unconnected';
    this.error = errno.ECONNRESET;
    this.shut = 0;
    this.#giveUpPort();
    this.changed();
  }

  /** The connection is gone, for this reason. */
  #lost(error: number): void {
    this.#sender?.discard();
    if (!this.#orphan) this.error = error;
    this.#finish();
  }

  #waitTime(): void {
    this.#host.ports.keepRemnant(this);
    this.#finish();
  }

  /** tcp_done. */
  #finish(): void {
    this.#state = 'CLOSE';
    this.shut = BOTH_SHUT;
    if (this.#orphan || this.#listener !== undefined) this.#destroy();
    else if (!this.#boundByCall) this.#host.ports.leave(this);
    this.changed();
  }

  #giveUpPort(): void {
    this.remote = NOWHERE;
    if (this.#boundByCall) return;
    this.#host.ports.leave(this);
    this.local = { ...this.local, port: 0 };
  }

  #destroy(): void {
    this.#state = 'CLOSE';
    this.#host.ports.leave(this);
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

function directionsOf(how: number): number | undefined {
  switch (how) {
    case SHUT_RD:
      return RECEIVE_SHUT;
    case SHUT_WR:
      return SEND_SHUT;
    case SHUT_RDWR:
      return BOTH_SHUT;
    default:
      return undefined;
  }
}
