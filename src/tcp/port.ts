import { inspect } from 'node:util';
import { Deferred, Failure, succeed } from '../defer/index.js';
import { CannotListenError, ReactorClosedError, SystemError } from '../errors/index.js';
import type {
  DisconnectReason,
  IFileDescriptorReservation,
  IHangUpDescriptor,
  IInternetAddress,
  IProtocolFactory,
  IReadDescriptor,
  ITCPPort,
  ITransport,
  ListenTCPOptions,
  PortCounters,
  PortEvents,
} from '../interfaces/index.js';
import { SOCK_CLOEXEC, SOCK_NONBLOCK, SocketAddress, errno, errnoName, systemError } from '../libc/index.js';
import { EventSource, getLog } from '../logger/index.js';
import { AcceptPause } from './accept-pause.js';
import { acceptVerdict } from './accept-verdict.js';
import { type ConnectionLimits, connectionLimits } from './connection-options.js';
import { DescriptorsLow } from './descriptors-low.js';
import { Exhaustion } from './exhaustion.js';
import { defaultReservation } from './file-descriptor-reservation.js';
import { openListeningSocket } from './listening-socket.js';
import { nameOf } from './protocol-calls.js';
import { Server, type ServerOwner } from './server.js';
import { type Shedding, shedClients } from './shed-clients.js';
import { isWildcard, localAddress, readAddress } from './socket-addresses.js';
import { applyOptions } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';
import { requireBytes } from './write-queue.js';

/**
 * A listening socket and the clients that come to it.
 *
 * Facts about accepting, and what follows:
 *  - One readiness event may stand for many clients. Up to `numberAccepts` are accepted in a turn; the number adapts to what
 *    came last, so that a port with one client at a time doesn't pay for a second accept that says EAGAIN.
 *  - Level-triggered epoll tells again of clients that are left for the next turn. It would also tell again of an accept that
 *    can't succeed, at once and for ever: such a port leaves the poller for a while (AcceptPause).
 *  - Nothing but this file owns the accepted descriptor until a transport has it: every path in between closes it.
 *
 * Twisted: `twisted.internet.tcp.Port`.
 */

const log = getLog('tcp');

/** Accepted in a first turn; Twisted's number. */
const ACCEPTS_FIRST = 100;
/** Added whenever a turn accepted as many as it was allowed to; Twisted's number. */
const ACCEPTS_MORE = 20;
/** The clock is asked after so many clients whether the turn is over. */
const ACCEPTS_PER_CLOCK = 16;

/** Where a port's socket comes from. An adopted one is the port's own once `startListening` has returned. */
export type SocketSource =
  | { readonly kind: 'bind'; readonly address: IInternetAddress }
  | { readonly kind: 'adopted'; readonly fd: number; readonly address: IInternetAddress };

export class Port implements ITCPPort, IReadDescriptor, IHangUpDescriptor, ServerOwner {
  readonly events = new EventSource<PortEvents>();
  /** How many clients the next turn may accept. */
  numberAccepts: number;

  readonly #context: TransportContext;
  readonly #factory: IProtocolFactory;
  readonly #options: ListenTCPOptions;
  readonly #limits: ConnectionLimits;
  readonly #reservation: IFileDescriptorReservation;
  readonly #source: SocketSource;
  readonly #connections = new Set<Server>();
  readonly #counters = { accepted: 0, refused: 0, failed: 0, shed: 0, aborted: 0, pauses: 0 };
  readonly #clientAddress = new SocketAddress();
  readonly #exhaustion: Exhaustion;
  readonly #pause: AcceptPause;
  readonly #descriptorsLow: DescriptorsLow;

  #fd = -1;
  #host: IInternetAddress;
  #hostIsExact = false;
  #shared = false;
  #adoptedUsed = false;
  #keepsAlive = true;
  #pausedByUser = false;
  #unknownTold = false;
  #reservationTold = false;
  #sessions = 0;
  #stopping: Deferred<void> | undefined;
  #stopListeningToSignal: (() => void) | undefined;

  constructor(
    context: TransportContext,
    source: SocketSource,
    factory: IProtocolFactory,
    options: ListenTCPOptions,
  ) {
    this.#context = context;
    this.#source = source;
    this.#factory = factory;
    this.#options = options;
    this.#limits = connectionLimits(options);
    if (typeof options.shed === 'object') requireBytes(options.shed.farewell);
    this.#host = source.address;
    this.#reservation = options.reservation ?? defaultReservation(context.libc);
    this.numberAccepts = options.numberAccepts ?? ACCEPTS_FIRST;
    this.#exhaustion = new Exhaustion(this, this.events, () => context.time.seconds());
    this.#pause = new AcceptPause(context.time, context.libc.descriptors, () => this.#watch());
    this.#descriptorsLow = new DescriptorsLow(context.libc, this.events, options.descriptorsLowAt);
  }

  get listening(): boolean {
    return this.#fd >= 0 && this.#stopping === undefined;
  }

  get connections(): ReadonlySet<ITransport> {
    return this.#connections;
  }

  get counters(): PortCounters {
    return this.#counters;
  }

  get portNumber(): number {
    return this.#host.port;
  }

  getHost(): IInternetAddress {
    return this.#fd < 0 ? this.#source.address : this.#host;
  }

  startListening(): void {
    if (this.listening) return;
    if (this.#stopping !== undefined) throw new Error(`${String(this)} is still stopping`);
    if (this.#context.isClosed()) throw new ReactorClosedError();
    this.#options.signal?.throwIfAborted();
    // First of all, so that a full table is met with the spare in hand.
    this.#reservation.reserve();
    this.#fd = this.#openSocket();
    this.#shared = this.#source.kind === 'adopted';
    try {
      this.#begin();
    } catch (error) {
      this.#context.fds.forget(this);
      if (!this.#shared) this.#context.libc.close(this.#fd);
      this.#fd = -1;
      throw error;
    }
    this.#watch();
    this.#listenToSignal();
    this.events.emit('listening', this.#host);
  }

  stopListening(): Deferred<void> {
    if (this.#stopping !== undefined) return this.#stopping;
    if (this.#fd < 0) return succeed<void>(undefined);
    const stopping = new Deferred<void>();
    this.#stopping = stopping;
    this.#unwatch();
    this.#context.time.callLater(0, () => this.#stop(stopping));
    return stopping;
  }

  /** Does what `stopListening` does. */
  loseConnection(): Deferred<void> {
    return this.stopListening();
  }

  pauseAccepting(): void {
    this.#pausedByUser = true;
    if (this.listening) this.#context.fds.removeReader(this);
  }

  resumeAccepting(): void {
    this.#pausedByUser = false;
    if (this.listening && !this.#pause.active) this.#watch();
  }

  unref(): this {
    return this.#setKeepAlive(false);
  }

  ref(): this {
    return this.#setKeepAlive(true);
  }

  fileno(): number {
    return this.#fd;
  }

  logPrefix(): string {
    return `${nameOf(this.#factory)} (TCP port ${this.portNumber})`;
  }

  /** `<Port of EchoFactory on 127.0.0.1:8007>`. */
  toString(): string {
    const { host, port } = this.#host;
    const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    return `<Port of ${nameOf(this.#factory)} ${this.#fd < 0 ? 'not listening on' : 'on'} ${where}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopListening();
  }

  // ---- what the reactor calls

  doRead(): DisconnectReason {
    if (!this.#reservation.available() && !this.#reserveAgain()) return;
    const limit = this.numberAccepts;
    let accepted = 0;
    for (let tries = 1; tries <= limit; tries += 1) {
      const result = this.#acceptOne();
      if (result >= 0) {
        accepted += 1;
        if (!this.listening || this.#pausedByUser) break;
      } else if (this.#acceptFailed(result)) {
        if (acceptVerdict(result) === 'exhausted') return;
        break;
      }
      if (tries % ACCEPTS_PER_CLOCK === 0 && this.#context.turn.expired()) return;
    }
    this.numberAccepts = accepted === limit ? limit + ACCEPTS_MORE : Math.max(1, accepted);
  }

  hangUp(): void {
    // A listening socket that was shut down says so to the next accept.
  }

  /**
   * The socket is closed and the factory told. Open connections stay. What the factory throws fails the Deferred of
   * `stopListening`, or is thrown if nobody has called that.
   */
  connectionLost(reason?: Failure): void {
    if (this.#fd < 0) return;
    const stopping = this.#stopping;
    this.#closeSocket();
    this.#stopping = undefined;
    log.info('(TCP Port {port} Closed)', { port: this.portNumber });
    this.events.emit('closed', reason);
    try {
      this.#factory.doStop();
    } catch (error) {
      if (stopping === undefined) throw error;
      stopping.errback(error);
      return;
    }
    stopping?.callback();
  }

  lost(server: Server): void {
    this.#connections.delete(server);
  }

  // ---- accepting

  /** Accepts one client; accept's answer. */
  #acceptOne(): number {
    const fd = this.#context.libc.accept4(this.#fd, this.#clientAddress, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return fd;
    if (this.#exhaustion.underWay) this.#exhaustion.accepted();
    this.#pause.succeeded();
    this.#unknownTold = false;
    this.#descriptorsLow.saw(fd);
    this.#serve(fd);
    return fd;
  }

  /** Gives an accepted client its protocol, or closes it. */
  #serve(fd: number): void {
    let server: Server | undefined;
    try {
      const peer = readAddress(this.#clientAddress);
      const protocol = this.#factory.buildProtocol(peer);
      // The factory may have closed the reactor as well.
      if (protocol === null || this.#context.isClosed()) {
        this.#counters.refused += 1;
        this.#context.libc.close(fd);
        return;
      }
      server = this.#makeServer(fd, peer);
      this.#connections.add(server);
      server.start(fd, protocol, this.#limits);
    } catch (error) {
      if (server !== undefined) this.#connections.delete(server);
      this.#counters.failed += 1;
      this.#context.libc.close(fd);
      log.failure('{factory} could not take a client', Failure.from(error), {
        factory: nameOf(this.#factory),
      });
      return;
    }
    this.#counters.accepted += 1;
    if (this.events.hasListeners('connection')) this.events.emit('connection', server);
  }

  #makeServer(fd: number, peer: IInternetAddress): Server {
    const { libc } = this.#context;
    applyOptions(libc, fd, this.#options);
    const host = this.#hostIsExact ? this.#host : localAddress(libc, fd);
    return new Server(this.#context, this, this.#sessions++, peer, host, this.#limits);
  }

  /** Does what accept's error asks for. True if this turn's accepting is over. */
  #acceptFailed(result: number): boolean {
    const verdict = acceptVerdict(result);
    switch (verdict) {
      case 'empty':
        return true;
      case 'skip':
        if (result !== -errno.EINTR) this.#counters.aborted += 1;
        return false;
      case 'exhausted':
        this.#shed(result);
        return true;
      case 'wait':
        this.#rest(result);
        return true;
      case 'fatal':
        this.#fail(result);
        return true;
      case 'unknown':
        this.#tellUnknown(result);
        this.#rest(result);
        return true;
    }
  }

  #shed(result: number): void {
    if (!this.#reservation.available()) {
      this.#rest(result);
      return;
    }
    let shedding: Shedding;
    try {
      shedding = shedClients({
        libc: this.#context.libc,
        turn: this.#context.turn,
        listeningFd: this.#fd,
        reservation: this.#reservation,
        policy: this.#options.shed ?? 'fin',
      });
    } catch (error) {
      log.failure('{port}: the reservation threw', Failure.from(error), { port: String(this) });
      this.#rest(result);
      return;
    }
    if (shedding.peers.length > 0) {
      this.#counters.shed += shedding.peers.length;
      this.#exhaustion.shed(shedding.peers.map(readAddress), -result);
    }
    // EMFILE with the spare given up: somebody else has taken the slot, so trying again at once would spin.
    if (!this.#reservation.available() || shedding.result === result) this.#rest(result);
    else if (shedding.result < 0) this.#acceptFailed(shedding.result);
  }

  /** Tries to hold the spare descriptor again. False if the port has to rest instead. */
  #reserveAgain(): boolean {
    try {
      this.#reservation.reserve();
      this.#reservationTold = false;
      return true;
    } catch (error) {
      if (error instanceof SystemError) {
        this.#rest(-error.errno);
        return false;
      }
      // Not the system's error: there is nothing to wait for, and clients can be served without a spare.
      if (!this.#reservationTold) {
        this.#reservationTold = true;
        log.failure('{port}: the reservation threw', Failure.from(error), { port: String(this) });
      }
      return true;
    }
  }

  #rest(result: number): void {
    if (!this.listening) return;
    this.#counters.pauses += 1;
    this.#context.fds.removeReader(this);
    const retryMs = this.#pause.begin();
    this.#exhaustion.paused(-result, retryMs);
  }

  #tellUnknown(result: number): void {
    if (this.#unknownTold) return;
    this.#unknownTold = true;
    log.failure('{port}: accept failed', new Failure(systemError(result, 'accept4', { fd: this.#fd })), {
      port: String(this),
    });
  }

  /** The listening socket is no good: the port is lost. */
  #fail(result: number): void {
    const failure = new Failure(systemError(result, 'accept4', { fd: this.#fd }));
    log.failure('{port} is lost', failure, { port: String(this), errno: errnoName(-result) });
    try {
      this.connectionLost(failure);
    } catch (error) {
      log.failure('doStop of {factory} threw', Failure.from(error), { factory: nameOf(this.#factory) });
    }
  }

  // ---- the socket

  #begin(): void {
    this.#host = localAddress(this.#context.libc, this.#fd);
    this.#hostIsExact = !isWildcard(this.#host);
    this.#descriptorsLow.start();
    this.#context.fds.addHangUpWatch(this);
    this.#context.fds.keepAlive(this, this.#keepsAlive);
    log.info('{factory} starting on {port}', { factory: nameOf(this.#factory), port: this.portNumber });
    this.#factory.doStart();
  }

  #openSocket(): number {
    const { libc } = this.#context;
    const { address } = this.#source;
    if (this.#source.kind === 'bind') return openListeningSocket(libc, address, this.#options);
    if (this.#adoptedUsed) {
      throw new CannotListenError(
        address.host,
        address.port,
        new Error('an adopted socket was closed and cannot be opened again'),
      );
    }
    this.#adoptedUsed = true;
    return this.#source.fd;
  }

  #watch(): void {
    if (this.listening && !this.#pausedByUser) this.#context.fds.addReader(this);
  }

  #unwatch(): void {
    this.#pause.end();
    this.#context.fds.removeReader(this);
  }

  /** A subclass's `connectionLost` may throw before anything is closed: then stopping has failed, and can be tried again. */
  #stop(stopping: Deferred<void>): void {
    if (this.#stopping !== stopping) return;
    try {
      this.connectionLost();
    } catch (error) {
      this.#stopping = undefined;
      stopping.errback(error);
    }
  }

  #closeSocket(): void {
    this.#unwatch();
    this.#stopListeningToSignal?.();
    this.#context.fds.forget(this, { shared: this.#shared });
    const fd = this.#fd;
    this.#fd = -1;
    this.#context.libc.close(fd);
  }

  #setKeepAlive(keep: boolean): this {
    this.#keepsAlive = keep;
    if (this.#fd >= 0) this.#context.fds.keepAlive(this, keep);
    return this;
  }

  #listenToSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    const stop = (): void => void this.stopListening();
    signal.addEventListener('abort', stop, { once: true });
    this.#stopListeningToSignal = () => signal.removeEventListener('abort', stop);
  }
}
