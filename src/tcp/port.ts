import { inspect } from 'node:util';
import { Deferred, Failure, succeed } from '../defer/index.js';
import { CannotListenError, ReactorClosedError, SystemError } from '../errors/index.js';
import type {
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
import type { SocketAddress } from '../libc/index.js';
import { EventSource, diagnosticsChannel, getLog, withState } from '../logger/index.js';
import { AcceptLoop, type Acceptor } from './accept-loop.js';
import { type ConnectionLimits, connectionLimits } from './connection-options.js';
import { openListeningSocket } from './listening-socket.js';
import { nameOf, protocolOf } from './protocol-calls.js';
import { Server, type ServerOwner } from './server.js';
import { isWildcard, localAddress, readAddress } from './socket-addresses.js';
import { isSocket } from './socket-options.js';
import { applyOptions } from './tcp-transport.js';
import type { TransportContext } from './transport-context.js';

/**
 * A listening socket and the connections that come of it. How clients are accepted, and what becomes of errors there,
 * is {@link AcceptLoop}'s affair. From accept on the client's descriptor is owned here, until a transport has it: every path in
 * between closes it.
 *
 * Twisted: `twisted.internet.tcp.Port`.
 */

const log = getLog('tcp');
const listeningChannel = diagnosticsChannel('heddle:tcp:listening');
const closedChannel = diagnosticsChannel('heddle:tcp:closed');

/** Where a port's socket comes from. An adopted one is the port's own once `startListening` has returned. */
export type SocketSource =
  | { readonly kind: 'bind'; readonly address: IInternetAddress }
  | { readonly kind: 'adopted'; readonly fd: number; readonly address: IInternetAddress };

export class Port implements ITCPPort, IReadDescriptor, IHangUpDescriptor, ServerOwner, Acceptor {
  readonly events = new EventSource<PortEvents>();

  readonly #context: TransportContext;
  readonly #factory: IProtocolFactory;
  readonly #options: ListenTCPOptions;
  readonly #limits: ConnectionLimits;
  readonly #source: SocketSource;
  readonly #connections = new Set<Server>();
  readonly #loop: AcceptLoop;

  #fd = -1;
  #host: IInternetAddress;
  #hostIsExact = false;
  #shared = false;
  #adoptedUsed = false;
  #keepsAlive = true;
  #pausedByUser = false;
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
    this.#host = source.address;
    this.#loop = new AcceptLoop(context, this, options);
  }

  /** How many clients the next turn may accept. */
  get numberAccepts(): number {
    return this.#loop.numberAccepts;
  }

  set numberAccepts(number: number) {
    this.#loop.numberAccepts = number;
  }

  get listening(): boolean {
    return this.#fd >= 0 && this.#stopping === undefined;
  }

  get connections(): ReadonlySet<ITransport> {
    return this.#connections;
  }

  get counters(): PortCounters {
    return this.#loop.counters;
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
    this.#loop.prepare();
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
    // The factory may have closed the reactor in doStart.
    if (this.#fd < 0) return;
    this.watch();
    this.#listenToSignal();
    this.events.emit('listening', this.#host);
    if (listeningChannel.hasSubscribers) listeningChannel.publish({ port: this });
  }

  stopListening(): Deferred<void> {
    if (this.#stopping !== undefined) return this.#stopping;
    if (this.#fd < 0) return succeed<void>(undefined);
    const stopping = new Deferred<void>();
    this.#stopping = stopping;
    this.#loop.stop();
    this.unwatch();
    this.#context.time.callLater(0, () => this.#stop(stopping));
    return stopping;
  }

  /** Does what `stopListening` does. */
  loseConnection(): Deferred<void> {
    return this.stopListening();
  }

  pauseAccepting(): void {
    this.#pausedByUser = true;
    if (this.listening) this.unwatch();
  }

  resumeAccepting(): void {
    this.#pausedByUser = false;
    if (!this.#loop.resting) this.watch();
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

  /** `<Port of EchoFactory on 127.0.0.1:8007, accepting, connections: 3>`. */
  [inspect.custom](): string {
    const { shed } = this.counters;
    return withState(
      this.toString(),
      this.#phase(),
      `connections: ${this.#connections.size}`,
      shed > 0 && `shed: ${shed}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopListening();
  }

  // ---- what the reactor calls

  doRead(): void {
    this.#loop.run();
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
    if (reason?.value instanceof SystemError) {
      log.failure('{port} is lost', reason, { port: String(this), errno: reason.value.code });
    }
    this.#closeSocket(reason?.value instanceof SystemError && !isSocket(this.#context.libc, this.#fd));
    this.#stopping = undefined;
    log.info('(TCP Port {port} Closed)', { port: this.portNumber });
    this.events.emit('closed', reason);
    if (closedChannel.hasSubscribers) closedChannel.publish({ port: this, reason });
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

  // ---- what the accept loop asks

  get accepting(): boolean {
    return this.listening && !this.#pausedByUser;
  }

  watch(): void {
    if (this.accepting) this.#context.fds.addReader(this);
  }

  unwatch(): void {
    this.#context.fds.removeReader(this);
  }

  /** Gives an accepted client its protocol, or closes it. */
  serve(fd: number, client: SocketAddress): void {
    const { counters } = this.#loop;
    let server: Server | undefined;
    try {
      const peer = readAddress(client);
      const protocol = protocolOf(this.#factory, peer);
      // The factory may have closed the reactor as well.
      if (protocol === null || this.#context.isClosed()) {
        counters.refused += 1;
        this.#context.libc.close(fd);
        return;
      }
      server = this.#makeServer(fd, peer);
      this.#connections.add(server);
      counters.accepted += 1;
      server.start(this.#context, fd, protocol, this.#limits);
    } catch (error) {
      if (server !== undefined && this.#connections.delete(server)) counters.accepted -= 1;
      counters.failed += 1;
      this.#context.libc.close(fd);
      log.failure('{factory} could not take a client', Failure.from(error), {
        factory: nameOf(this.#factory),
      });
      return;
    }
    if (this.events.hasListeners('connection')) this.events.emit('connection', server);
  }

  fail(error: SystemError): void {
    try {
      this.connectionLost(new Failure(error));
    } catch (thrown) {
      log.failure('doStop of {factory} threw', Failure.from(thrown), { factory: nameOf(this.#factory) });
    }
  }

  #makeServer(fd: number, peer: IInternetAddress): Server {
    const { libc } = this.#context;
    applyOptions(libc, fd, this.#options);
    const host = this.#hostIsExact ? this.#host : localAddress(libc, fd);
    return new Server(this, this.#sessions++, peer, host, this.#limits);
  }

  #phase(): string | undefined {
    if (this.#fd < 0) return undefined;
    if (this.#stopping !== undefined) return 'stopping';
    if (this.#pausedByUser) return 'paused';
    return this.#loop.resting ? 'resting' : 'accepting';
  }

  // ---- the socket

  #begin(): void {
    this.#host = this.#boundAddress();
    this.#hostIsExact = !isWildcard(this.#host);
    this.#context.fds.addHangUpWatch(this);
    this.#context.fds.keepAlive(this, this.#keepsAlive);
    log.info('{factory} starting on {port}', { factory: nameOf(this.#factory), port: this.portNumber });
    this.#factory.doStart();
  }

  /** Throws CannotListenError for a socket of our own, a SystemError for an adopted one: each as its maker does. */
  #boundAddress(): IInternetAddress {
    try {
      return localAddress(this.#context.libc, this.#fd);
    } catch (error) {
      if (this.#source.kind === 'adopted') throw error;
      throw new CannotListenError(this.#options.interface ?? '', this.#source.address.port, error as Error);
    }
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

  /** `lostNumber`: somebody else has closed the socket, so the number isn't ours to close. */
  #closeSocket(lostNumber: boolean): void {
    this.#loop.stop();
    this.unwatch();
    this.#stopListeningToSignal?.();
    this.#context.fds.forget(this, { shared: this.#shared });
    const fd = this.#fd;
    this.#fd = -1;
    if (!lostNumber) this.#context.libc.close(fd);
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
