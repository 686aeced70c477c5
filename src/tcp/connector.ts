import { inspect } from 'node:util';
import { HostnameAddress, internetAddress } from '../address/index.js';
import { type Deferred, Failure, maybeDeferred } from '../defer/index.js';
import {
  ConnectionDone,
  ConnectionLost,
  ConnectingCancelledError,
  NotConnectingError,
  ReactorClosedError,
  TimeoutError,
  UserError,
} from '../errors/index.js';
import type {
  ConnectTCPOptions,
  IClientFactory,
  IConnector,
  IDelayedCall,
  IAddress,
  IInternetAddress,
} from '../interfaces/index.js';
import { diagnosticsChannel, getLog } from '../logger/index.js';
import { raceConnections } from '../names/index.js';
import { Client } from './client.js';
import { ConnectAttempt } from './connect-attempt.js';
import { type ConnectionLimits, connectionLimits } from './connection-options.js';
import { protocolOf } from './protocol-calls.js';
import { localAddress } from './socket-addresses.js';
import type { TransportContext } from './transport-context.js';

const log = getLog('tcp');
const failedChannel = diagnosticsChannel('heddle:tcp:connect:failed');

/** In seconds; Twisted's. */
const TIMEOUT = 30;

/** A connection that was made: its descriptor and where it leads. */
interface Connected {
  readonly fd: number;
  readonly address: IInternetAddress;
}

/**
 * Connects a factory to one destination: looks a name up, races its addresses, gives the winner a protocol, and tells the
 * factory how it went. The factory hears of nothing inside `connect()` but `startedConnecting`.
 *
 *     disconnected ── connect() ──> connecting ── a socket connects ──> connected
 *          ^                            │                                   │
 *          └──── clientConnectionFailed ┴──────── clientConnectionLost ─────┘
 *
 * Twisted: `twisted.internet.tcp.Connector` and `BaseConnector`.
 */
export class Connector implements IConnector {
  readonly #context: TransportContext;
  readonly #destination: IInternetAddress | HostnameAddress;
  readonly #factory: IClientFactory;
  readonly #options: ConnectTCPOptions;
  readonly #limits: ConnectionLimits;
  #state: 'disconnected' | 'connecting' | 'connected' = 'disconnected';
  /** Between doStart and doStop of the factory. */
  #factoryInUse = false;
  #attempt: Deferred<unknown> | undefined;
  /** A connection that the kernel made inside `connect()`, until the factory may hear of it. */
  #early: Connected | undefined;
  /** How many attempts were begun. */
  #attempts = 0;
  /** True inside `connect()`. */
  #beginning = false;
  #timeout: IDelayedCall | undefined;
  #transport: Client | undefined;
  /** `disconnect()` was called while the factory was building the protocol. */
  #unwanted = false;
  #stopListeningToSignal: (() => void) | undefined;

  constructor(
    context: TransportContext,
    host: string,
    port: number,
    factory: IClientFactory,
    options: ConnectTCPOptions,
  ) {
    this.#context = context;
    this.#destination = internetAddress('TCP', host, port) ?? new HostnameAddress(host, port);
    this.#factory = factory;
    this.#options = options;
    this.#limits = connectionLimits(options);
  }

  get state(): 'disconnected' | 'connecting' | 'connected' {
    return this.#state;
  }

  /** The connection, while there is one. */
  get transport(): Client | undefined {
    return this.#transport;
  }

  getDestination(): IAddress {
    return this.#destination;
  }

  connect(): void {
    if (this.#state !== 'disconnected') throw new Error(`A connector that is ${this.#state} can't connect`);
    if (this.#context.isClosed()) throw new ReactorClosedError();
    this.#state = 'connecting';
    const number = (this.#attempts += 1);
    try {
      if (!this.#factoryInUse) this.#factory.doStart();
      this.#factoryInUse = true;
      this.#factory.startedConnecting(this);
    } catch (error) {
      if (this.#attempts === number) {
        this.#state = 'disconnected';
        this.#releaseFactory();
      }
      throw error;
    }
    // The factory may have stopped this attempt, and even begun another one.
    if (!this.#isConnecting() || this.#attempts !== number) return;
    if (this.#context.isClosed()) {
      this.#fail(new ReactorClosedError());
      return;
    }
    const { timeout = TIMEOUT, signal } = this.#options;
    if (timeout > 0)
      this.#timeout = this.#context.time.callLater(timeout, () => this.#fail(new TimeoutError()));
    this.#context.onDisconnectAll.add(this.#giveUp);
    if (signal?.aborted === true) {
      this.#context.time.callLater(0, () => this.#fail(new ConnectingCancelledError(this.#destination)));
      return;
    }
    this.#listenToSignal();
    this.#begin();
  }

  disconnect(): void {
    if (this.#state === 'connecting') this.stopConnecting();
    else if (this.#transport !== undefined) this.#transport.loseConnection();
    else this.#unwanted = true;
  }

  stopConnecting(): void {
    if (this.#state !== 'connecting') throw new NotConnectingError();
    this.#fail(new UserError());
  }

  /** `<Connector to 127.0.0.1:8007, connected>`. */
  toString(): string {
    const { host, port } = this.#destination;
    return `<Connector to ${host.includes(':') ? `[${host}]` : host}:${port}, ${this.#state}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Asked again after the factory was called: it may have stopped the attempt. */
  #isConnecting(): boolean {
    return this.#state === 'connecting';
  }

  // ---- the attempt

  #begin(): void {
    this.#beginning = true;
    const attempt = maybeDeferred(() => this.#reach());
    this.#attempt = attempt;
    attempt.addCallbacks(
      (connected) => this.#arrived(attempt, connected),
      (failure) =>
        this.#settle(() => {
          if (this.#attempt === attempt) this.#fail(failure.value);
        }),
    );
    this.#beginning = false;
  }

  /** The first socket that connects. */
  #reach(): Deferred<Connected> {
    const destination = this.#destination;
    if (!(destination instanceof HostnameAddress)) {
      const { connected } = new ConnectAttempt(this.#context, destination, this.#options);
      return connected.addCallback((fd) => ({ fd, address: destination }));
    }
    const { attemptDelayMs, resolutionDelayMs, families, resolver = this.#context.resolver } = this.#options;
    return raceConnections({
      clock: this.#context.time,
      resolver,
      hostName: destination.hostname,
      port: destination.port,
      attempt: (address) => new ConnectAttempt(this.#context, address, this.#options).connected,
      discard: (fd) => this.#context.libc.close(fd),
      ...(families === undefined ? {} : { families }),
      ...(attemptDelayMs === undefined ? {} : { attemptDelayMs }),
      ...(resolutionDelayMs === undefined ? {} : { resolutionDelayMs }),
    }).addCallback(({ value, address }) => ({ fd: value, address }));
  }

  /** Calls `f`, but never inside `connect()`. */
  #settle(f: () => void): void {
    if (this.#beginning) this.#context.time.callLater(0, f);
    else f();
  }

  /** A socket has connected. Until a transport has it, or the attempt is given up, it is kept in `#early`. */
  #arrived(attempt: Deferred<unknown>, connected: Connected): void {
    this.#early = connected;
    this.#settle(() => {
      if (this.#attempt !== attempt || this.#early !== connected) return;
      this.#early = undefined;
      this.#connected(connected);
    });
  }

  #connected({ fd, address }: Connected): void {
    this.#ceaseAttempt();
    this.#state = 'connected';
    this.#unwanted = false;
    try {
      const host = localAddress(this.#context.libc, fd);
      const protocol = protocolOf(this.#factory, address);
      if (protocol !== null && !this.#isUnwanted()) {
        this.#transport = new Client(address, host, this.#limits, (reason) => this.#lost(reason));
        this.#transport.start(this.#context, fd, protocol, this.#limits);
        return;
      }
    } catch (error) {
      this.#transport = undefined;
      this.#context.libc.close(fd);
      log.failure('{connector}: no protocol for the connection', Failure.from(error), {
        connector: String(this),
      });
      this.#state = 'connecting';
      this.#fail(error);
      return;
    }
    this.#context.libc.close(fd);
    this.#lost(new Failure(new ConnectionDone()));
  }

  /** The factory may have disconnected, or closed the reactor, while it was building the protocol. */
  #isUnwanted(): boolean {
    return this.#unwanted || this.#context.isClosed();
  }

  #fail(error: unknown): void {
    if (this.#state !== 'connecting') return;
    const attempt = this.#attempt;
    this.#ceaseAttempt();
    this.#state = 'disconnected';
    attempt?.cancel();
    if (this.#early !== undefined) this.#context.libc.close(this.#early.fd);
    this.#early = undefined;
    const reason = new Failure(error);
    this.#tell('clientConnectionFailed', reason);
    if (failedChannel.hasSubscribers) failedChannel.publish({ connector: this, reason });
  }

  #lost(reason: Failure): void {
    this.#transport = undefined;
    this.#state = 'disconnected';
    this.#tell('clientConnectionLost', reason);
  }

  /** Tells the factory, and lets it go unless it has begun another attempt in there. */
  #tell(callback: 'clientConnectionFailed' | 'clientConnectionLost', reason: Failure): void {
    try {
      this.#factory[callback](this, reason);
    } catch (error) {
      log.failure('{callback} of the factory threw', Failure.from(error), {
        callback,
        connector: String(this),
      });
    }
    if (this.#state === 'disconnected') this.#releaseFactory();
  }

  /** The reactor drops everything. */
  readonly #giveUp = (): void => this.#fail(new ConnectionLost());

  #ceaseAttempt(): void {
    this.#attempt = undefined;
    if (this.#timeout?.active() === true) this.#timeout.cancel();
    this.#timeout = undefined;
    this.#context.onDisconnectAll.delete(this.#giveUp);
    this.#stopListeningToSignal?.();
    this.#stopListeningToSignal = undefined;
  }

  #releaseFactory(): void {
    if (!this.#factoryInUse) return;
    this.#factoryInUse = false;
    try {
      this.#factory.doStop();
    } catch (error) {
      log.failure('doStop of the factory threw', Failure.from(error), { connector: String(this) });
    }
  }

  #listenToSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    const stop = (): void => this.#fail(new ConnectingCancelledError(this.#destination));
    signal.addEventListener('abort', stop, { once: true });
    this.#stopListeningToSignal = () => signal.removeEventListener('abort', stop);
  }
}
