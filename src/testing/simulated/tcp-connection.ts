import type { TcpState } from '../../interfaces/index.js';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  IPPROTO_TCP,
  TCP_USER_TIMEOUT,
  errno,
} from '../../libc/index.js';
import { ByteQueue } from './byte-queue.js';
import type { Segment } from './segment.js';
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT } from './stream-socket.js';
import { TcpSender } from './tcp-sender.js';
import type { TcpSocket } from './tcp-socket.js';
import { Wire } from './wire.js';

/**
 * The state of one end of a TCP connection, from the first SYN to the last ACK.
 *
 * Facts (RFC 9293; tcp_poll, tcp_sendmsg, tcp_recvmsg, tcp_reset, tcp_fin and __tcp_close in the kernel; tried on Linux 6.18):
 *  - A fresh socket is EPOLLOUT|EPOLLHUP; one that is connecting is nothing at all; what counts afterwards is which directions have
 *    ended (`shut`) and whether an error is to be told.
 *  - A reset says ECONNREFUSED to who connects, EPIPE to who has had the other's FIN, ECONNRESET to all others. It throws away what
 *    was to be sent. What has been received can still be read; the error comes after it.
 *  - An error is told once, by whichever call comes first: SO_ERROR, recv, send.
 *  - close() with something unread resets the connection, and so does SO_LINGER with 0 s. What comes to a closed socket is answered by
 *    a reset, and so is what comes to one that has ended both of its directions.
 *  - Two sides that have both ended are closed: their readiness is EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLHUP, and recv says 0.
 */

/** The longest segments: on the loopback device, and on an Ethernet. */
const LOOPBACK_SEGMENT = 65_483;
const ETHERNET_SEGMENT = 1448;

export class TcpConnection {
  readonly #socket: TcpSocket;
  readonly #wire: Wire;
  readonly #received = new ByteQueue();
  #state: TcpState = 'CLOSE';
  /** `sk_err`: an errno that is to be told, once. 0 if there is none. */
  #error = 0;
  /** `sk_shutdown`. */
  #shut = 0;
  /** `SOCK_DONE`: the other side's FIN is here. */
  #done = false;
  /** The other end, once it is known. */
  #peer: TcpConnection | undefined;
  #sender: TcpSender | undefined;
  /** All bytes that have come, and the most that the other side was allowed to send. */
  #bytesReceived = 0;
  #bytesAllowed = 0;

  constructor(socket: TcpSocket) {
    const { host } = socket;
    this.#socket = socket;
    this.#wire = new Wire({
      from: host,
      to: () => host.network.find(host, socket.remote.host),
      deliver: (segment) => this.#deliver(segment),
      gaveUp: () => this.#lost(errno.ETIMEDOUT),
      userTimeoutMs: () => socket.options.integer(IPPROTO_TCP, TCP_USER_TIMEOUT),
    });
  }

  get state(): TcpState {
    return this.#state;
  }

  /** Segments that the other side hasn't acknowledged. */
  get unacknowledged(): number {
    return Math.ceil((this.#sender?.queued ?? 0) / this.segmentMax);
  }

  get segmentMax(): number {
    const { host, remote } = this.#socket;
    return host.network.find(host, remote.host) === host ? LOOPBACK_SEGMENT : ETHERNET_SEGMENT;
  }

  /** tcp_poll. */
  get readiness(): number {
    let events = this.#error === 0 ? 0 : EPOLLERR;
    if (this.#shut === BOTH_SHUT || this.#state === 'CLOSE') events |= EPOLLHUP;
    if ((this.#shut & RECEIVE_SHUT) !== 0) events |= EPOLLIN | EPOLLRDHUP;
    if (this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV') return events;
    if (this.#received.length > 0) events |= EPOLLIN;
    if ((this.#shut & SEND_SHUT) !== 0 || this.#isWritable) events |= EPOLLOUT;
    return events;
  }

  // ---- what the socket asks

  /** Sends the first SYN. */
  begin(): void {
    this.#state = 'SYN_SENT';
    this.#done = false;
    this.#peer = undefined;
    this.#wire.send({ kind: 'syn', from: this });
  }

  /** Answers a client's SYN. */
  answer(client: TcpConnection): void {
    this.#peer = client;
    this.#state = 'SYN_RECV';
    this.#wire.send({ kind: 'synAck', from: this, window: this.#offerWindow() });
  }

  /** The socket of this end: where it is, and where it leads. */
  get socket(): TcpSocket {
    return this.#socket;
  }

  receive(target: Uint8Array, peek: boolean): number {
    if (this.#received.length > 0) {
      if (peek) return this.#received.peek(target);
      const taken = this.#received.take(target);
      this.#tellRoom();
      return taken;
    }
    if (this.#done) return 0;
    if (this.#error !== 0) return -this.takeError();
    if ((this.#shut & RECEIVE_SHUT) !== 0) return 0;
    return this.#state === 'CLOSE' ? -errno.ENOTCONN : -errno.EAGAIN;
  }

  send(source: Uint8Array): number {
    if (this.#state === 'SYN_SENT' || this.#state === 'SYN_RECV') return -errno.EAGAIN;
    const sender = this.#sender;
    const isOpen = this.#state === 'ESTABLISHED' || this.#state === 'CLOSE_WAIT';
    if (!isOpen || sender === undefined || this.#error !== 0 || (this.#shut & SEND_SHUT) !== 0) {
      return -(this.takeError() || errno.EPIPE);
    }
    const room = this.#socket.options.sendBytes - sender.queued;
    if (room <= 0 && source.length > 0) return -errno.EAGAIN;
    const taken = Math.min(room, source.length);
    sender.push(source.subarray(0, taken));
    return taken;
  }

  /** sock_error(): the errno that was to be told, which then isn't any more. */
  takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  /** shutdown(2), for directions as `sk_shutdown` has them. */
  shutdown(directions: number): number {
    if (this.#state === 'SYN_SENT') {
      this.#disconnect();
      return 0;
    }
    this.#shut |= directions;
    this.#socket.changed();
    if (this.#state === 'CLOSE') return -errno.ENOTCONN;
    if ((directions & SEND_SHUT) !== 0) this.#endSending();
    return 0;
  }

  /** A failed attempt is forgotten, so that another one can be made. */
  renew(): void {
    this.#shut = 0;
  }

  /** __tcp_close: the socket is gone, and the connection goes on until the other side has ended too. */
  close(): void {
    this.#shut = BOTH_SHUT;
    const unread = this.#received.length > 0;
    this.#received.clear();
    if (this.#state === 'CLOSE') return;
    if (this.#state === 'SYN_SENT') this.#forgetAttempt();
    else if (unread || this.#socket.options.lingerSeconds === 0) this.abort();
    else this.#endSending();
  }

  /** Sends a reset, unless the connection is over; nothing more comes or goes. */
  abort(): void {
    if (this.#state === 'CLOSE') return;
    this.#sender?.discard();
    this.#wire.send({ kind: 'rst' });
    this.#state = 'CLOSE';
  }

  // ---- segments

  /** What this end has sent arrives at the other one. False: it is thrown away there, and to be sent again. */
  #deliver(segment: Segment): boolean {
    if (segment.kind === 'syn') return this.#knock();
    return this.#peer === undefined ? true : this.#peer.#arrive(segment);
  }

  /** A SYN arrives at its host. */
  #knock(): boolean {
    const { host, remote } = this.#socket;
    const { network } = host;
    const there = network.find(host, remote.host);
    const listener = there?.ports.listenerAt(remote);
    if (listener !== undefined) return listener.welcome(this);
    const delay = there === undefined ? 0 : network.delay(there, host);
    network.agenda.after(delay, () => this.#receiveReset());
    return true;
  }

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

  #receiveSynAck(from: TcpConnection, window: number): void {
    this.#peer = from;
    if (this.#state !== 'SYN_SENT') {
      this.#wire.send({ kind: 'rst' });
      return;
    }
    this.#state = 'ESTABLISHED';
    this.#startSending(window);
    this.#acknowledge();
    this.#socket.changed();
  }

  /** The last step of the handshake. False: nobody has room for it, so the client has to say so again. */
  #complete(window: number): boolean {
    if (this.#socket.isAwaited === 'noLonger') {
      this.abort();
      this.#socket.connectionEnded();
      return true;
    }
    if (this.#socket.isAwaited === 'notNow') return false;
    this.#state = 'ESTABLISHED';
    this.#startSending(window);
    this.#socket.completed();
    return true;
  }

  #startSending(window: number): void {
    const { choices, fragmentation } = this.#socket.host.network;
    const segmentBytes = (available: number): number => {
      const most = Math.min(available, this.segmentMax);
      return choices.chance(fragmentation) ? choices.integer(1, most) : most;
    };
    this.#sender = new TcpSender({ wire: this.#wire, window, segmentBytes });
  }

  #receiveData(bytes: Buffer): void {
    const isFinWait = this.#state === 'FIN_WAIT1' || this.#state === 'FIN_WAIT2';
    const isUnwanted = isFinWait && (this.#shut & RECEIVE_SHUT) !== 0;
    if (this.#state === 'CLOSE' || isUnwanted) {
      this.#wire.send({ kind: 'rst' });
      if (isUnwanted) this.#lost(errno.ECONNRESET);
      return;
    }
    this.#received.push(bytes);
    this.#bytesReceived += bytes.length;
    this.#acknowledge();
    this.#socket.changed();
  }

  #receiveFin(): void {
    if (this.#state === 'CLOSE') {
      this.#wire.send({ kind: 'rst' });
      return;
    }
    this.#shut |= RECEIVE_SHUT;
    this.#done = true;
    this.#acknowledge(true);
    if (this.#state === 'ESTABLISHED') this.#state = 'CLOSE_WAIT';
    else if (this.#state === 'FIN_WAIT1') this.#state = 'CLOSING';
    else if (this.#state === 'FIN_WAIT2') this.#waitTime();
    this.#socket.changed();
  }

  #receiveAck(received: number, window: number, fin: boolean): void {
    this.#sender?.acknowledge(received, window);
    if (fin) {
      if (this.#state === 'FIN_WAIT1') this.#state = 'FIN_WAIT2';
      else if (this.#state === 'CLOSING') this.#waitTime();
      else if (this.#state === 'LAST_ACK') this.#finish();
    }
    this.#socket.changed();
  }

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
    const more = this.#bytesReceived + this.#room - this.#bytesAllowed;
    if (more >= Math.min(this.segmentMax, this.#socket.options.receiveBytes / 4)) this.#acknowledge();
  }

  #offerWindow(): number {
    const window = this.#room;
    this.#bytesAllowed = Math.max(this.#bytesAllowed, this.#bytesReceived + window);
    return window;
  }

  /** Half of SO_RCVBUF is for the bytes, half for the kernel's book-keeping (tcp_adv_win_scale). */
  get #room(): number {
    return Math.max(0, this.#socket.options.receiveBytes / 2 - this.#received.length);
  }

  /** sk_stream_is_writeable: at least half as much is free as is used. */
  get #isWritable(): boolean {
    const queued = this.#sender?.queued ?? 0;
    return this.#socket.options.sendBytes - queued >= queued >> 1;
  }

  // ---- the end

  #endSending(): void {
    if (this.#state === 'ESTABLISHED') this.#state = 'FIN_WAIT1';
    else if (this.#state === 'CLOSE_WAIT') this.#state = 'LAST_ACK';
    else return;
    this.#sender?.end();
  }

  #forgetAttempt(): void {
    this.#wire.cut();
    this.#state = 'CLOSE';
  }

  /** tcp_disconnect of a socket that is connecting. */
  #disconnect(): void {
    this.#forgetAttempt();
    this.#error = errno.ECONNRESET;
    this.#socket.attemptForgotten();
    this.#socket.changed();
  }

  /** tcp_reset: the connection is gone, for this reason. */
  #lost(error: number): void {
    this.#sender?.discard();
    this.#error = error;
    this.#finish();
  }

  #waitTime(): void {
    const { host } = this.#socket;
    host.ports.keepRemnant(this.#socket);
    this.#finish();
  }

  /** tcp_done. */
  #finish(): void {
    this.#state = 'CLOSE';
    this.#shut = BOTH_SHUT;
    this.#socket.connectionEnded();
    this.#socket.changed();
  }
}
