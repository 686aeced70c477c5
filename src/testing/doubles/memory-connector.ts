import { inspect } from 'node:util';
import { Failure } from '../../defer/index.js';
import { ConnectingCancelledError, NotConnectingError, UserError } from '../../errors/index.js';
import type {
  ConnectTCPOptions,
  IAddress,
  IClientFactory,
  IConnector,
  ITransport,
} from '../../interfaces/index.js';

/**
 * What a MemoryReactor's `connectTCP` answers: a connector whose attempts stay under way until the test ends them. It tells
 * its factory of everything, in the order in which a real one does. Twisted: `_FakeConnector`.
 */
export class MemoryConnector implements IConnector {
  /** Who is to be told how it went. */
  readonly factory: IClientFactory;
  /** What `connectTCP` was given. */
  readonly options: ConnectTCPOptions;
  /** `stopConnecting` was called, and the attempt given up. */
  stoppedConnecting = false;
  readonly #destination: IAddress;
  readonly #onAttempt: () => void;
  #state: IConnector['state'] = 'disconnected';
  #factoryInUse = false;
  #transport: ITransport | undefined;
  #stopListeningToSignal: () => void = () => undefined;

  /** `onAttempt` is called at each `connect()`. */
  constructor(
    destination: IAddress,
    factory: IClientFactory,
    options: ConnectTCPOptions = {},
    onAttempt: () => void = () => undefined,
  ) {
    this.#destination = destination;
    this.factory = factory;
    this.options = options;
    this.#onAttempt = onAttempt;
  }

  get state(): IConnector['state'] {
    return this.#state;
  }

  /** The connection, while there is one. */
  get transport(): ITransport | undefined {
    return this.#transport;
  }

  getDestination(): IAddress {
    return this.#destination;
  }

  connect(): void {
    if (this.#state !== 'disconnected') throw new Error(`A connector that is ${this.#state} can't connect`);
    this.#state = 'connecting';
    this.stoppedConnecting = false;
    this.#onAttempt();
    try {
      if (!this.#factoryInUse) this.factory.doStart();
      this.#factoryInUse = true;
      this.factory.startedConnecting(this);
    } catch (error) {
      this.#endAttempt('disconnected');
      this.#releaseFactory();
      throw error;
    }
    // The factory may have stopped this attempt in there.
    if (this.#isConnecting()) this.#listenToSignal();
  }

  disconnect(): void {
    if (this.#state === 'connecting') this.stopConnecting();
    else this.#transport?.loseConnection();
  }

  stopConnecting(): void {
    if (this.#state !== 'connecting') throw new NotConnectingError();
    this.stoppedConnecting = true;
    this.connectionFailed(new UserError());
  }

  /** `<MemoryConnector to IPv4Address(TCP, 127.0.0.1, 80), connecting>`. */
  toString(): string {
    return `<MemoryConnector to ${this.#destination.toString()}, ${this.#state}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  // ---- what a test makes happen

  /** The attempt fails, and the factory is told: with a Failure, or what one is to be made of. Throws NotConnectingError. */
  connectionFailed(reason: unknown): void {
    if (this.#state !== 'connecting') throw new NotConnectingError();
    this.#endAttempt('disconnected');
    this.factory.clientConnectionFailed(this, Failure.from(reason));
    this.#releaseFactory();
  }

  /** The attempt succeeds. Whoever has made `transport` connects a protocol of the factory to it. Throws NotConnectingError. */
  connectionMade(transport: ITransport): void {
    if (this.#state !== 'connecting') throw new NotConnectingError();
    this.#endAttempt('connected');
    this.#transport = transport;
  }

  /** The connection is over, and the factory is told. To be called after the protocol's `connectionLost`. Throws an Error unless connected. */
  connectionLost(reason: unknown): void {
    if (this.#state !== 'connected') throw new Error('There is no connection that could be lost');
    this.#state = 'disconnected';
    this.#transport = undefined;
    this.factory.clientConnectionLost(this, Failure.from(reason));
    this.#releaseFactory();
  }

  #isConnecting(): boolean {
    return this.#state === 'connecting';
  }

  #endAttempt(state: IConnector['state']): void {
    this.#state = state;
    this.#stopListeningToSignal();
  }

  #listenToSignal(): void {
    const { signal } = this.options;
    if (signal === undefined) return;
    const stop = (): void => {
      if (this.#isConnecting()) this.connectionFailed(new ConnectingCancelledError(this.#destination));
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#stopListeningToSignal = () => signal.removeEventListener('abort', stop);
    // The factory hears of nothing inside connect().
    if (signal.aborted) queueMicrotask(stop);
  }

  /** Unless the factory has begun another attempt. */
  #releaseFactory(): void {
    if (this.#state !== 'disconnected' || !this.#factoryInUse) return;
    this.#factoryInUse = false;
    this.factory.doStop();
  }
}
