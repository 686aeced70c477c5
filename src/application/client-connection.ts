import { CancelledError, type Deferred, Failure, maybeDeferred } from '../defer/index.js';
import type { IProtocol, IProtocolFactory, IStreamClientEndpoint } from '../interfaces/index.js';
import { type ConnectionWatcher, WatchedFactory, type WatchedProtocol } from './watched-protocol.js';

/** How a connection is made. */
export interface ClientConnectionParts<P extends IProtocol> {
  readonly endpoint: IStreamClientEndpoint;
  readonly factory: IProtocolFactory<P>;
  /** Has to be through before the connection counts as made. */
  readonly prepareConnection: ((protocol: P) => unknown) | undefined;
}

/** Is told how it goes: either `failed`, or `connected` and later `lost`. Nothing of the connection is left after `failed` and `lost`. */
export interface ClientConnectionOwner<P extends IProtocol> {
  connected(protocol: P): void;
  failed(failure: Failure): void;
  lost(reason: Failure): void;
}

/**
 * One attempt to connect, and the connection that comes of it.
 *
 *     connecting ── the endpoint has connected ──> preparing ── prepared ──> connected
 *          │                                           │                         │
 *          │ failed, cancelled          failed, lost, cancelled                  │ lost
 *          ↓                                           ↓                         ↓
 *     over, or dropping where there is a connection: it is aborted ── lost ──> over
 */
export class ClientConnection<P extends IProtocol> implements ConnectionWatcher<P> {
  readonly #parts: ClientConnectionParts<P>;
  readonly #owner: ClientConnectionOwner<P>;
  #phase: 'connecting' | 'preparing' | 'connected' | 'dropping' | 'over' = 'connecting';
  #attempt: Deferred<unknown> | undefined;
  #connection: WatchedProtocol<P> | undefined;
  #failure: Failure | undefined;
  #cancelled = false;

  constructor(parts: ClientConnectionParts<P>, owner: ClientConnectionOwner<P>) {
    this.#parts = parts;
    this.#owner = owner;
  }

  /** To be called once. */
  begin(): void {
    const { endpoint, factory } = this.#parts;
    const attempt = maybeDeferred(() => endpoint.connect(new WatchedFactory(factory, this))).addCallback(
      (connection) => this.#prepare(connection),
    );
    this.#attempt = attempt;
    if (this.#cancelled) attempt.cancel();
    attempt.addCallbacks(
      (connection) => this.#prepared(connection),
      (failure) => this.#failed(failure),
    );
  }

  /** Gives the attempt up: `failed` follows. */
  cancel(): void {
    this.#cancelled = true;
    this.#attempt?.cancel();
  }

  /** Ends the connection in order: `lost` follows. */
  disconnect(): void {
    this.#connection?.loseConnection();
  }

  /** Ends the connection at once: `lost` follows. */
  abort(): void {
    this.#connection?.abortConnection();
  }

  opened(connection: WatchedProtocol<P>): void {
    this.#connection = connection;
  }

  made(connection: WatchedProtocol<P>): void {
    // An endpoint that didn't give up when it was told to has connected nevertheless.
    if (this.#phase === 'over') connection.abortConnection();
  }

  lost(connection: WatchedProtocol<P>, reason: Failure): void {
    if (connection !== this.#connection) return;
    switch (this.#phase) {
      case 'preparing':
        this.#attempt?.cancel();
        break;
      case 'connected':
        this.#phase = 'over';
        this.#owner.lost(reason);
        break;
      case 'dropping':
        this.#over(this.#failure ?? reason);
        break;
      case 'connecting': // The endpoint tells.
      case 'over':
        break;
    }
  }

  #prepare(connection: WatchedProtocol<P>): WatchedProtocol<P> | Deferred<WatchedProtocol<P>> {
    const { prepareConnection } = this.#parts;
    this.#connection = connection;
    if (prepareConnection === undefined || this.#cancelled || connection.lost !== undefined)
      return connection;
    this.#phase = 'preparing';
    return maybeDeferred<unknown>(() => prepareConnection(connection.protocol)).addCallback(() => connection);
  }

  #prepared(connection: WatchedProtocol<P>): void {
    const failure = this.#cancelled ? new Failure(new CancelledError()) : connection.lost;
    if (failure !== undefined) {
      this.#failed(failure);
      return;
    }
    this.#phase = 'connected';
    this.#owner.connected(connection.protocol);
  }

  /** Where a connection was lost meanwhile, that is the better reason than what preparing it failed with. */
  #failed(failure: Failure): void {
    const connection = this.#connection;
    if (connection === undefined) this.#over(failure);
    else if (connection.lost !== undefined) this.#over(this.#cancelled ? failure : connection.lost);
    else {
      this.#phase = 'dropping';
      this.#failure = failure;
      connection.abortConnection();
    }
  }

  #over(failure: Failure): void {
    this.#phase = 'over';
    this.#owner.failed(failure);
  }
}
