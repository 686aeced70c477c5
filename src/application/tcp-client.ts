import { CancelledError, type Deferred, type Failure, maybeDeferred, succeed } from '../defer/index.js';
import type {
  ConnectTCPOptions,
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
  IReactorTCP,
} from '../interfaces/index.js';
import { getReactor } from '../reactor/index.js';
import { nameOf } from '../tcp/protocol-calls.js';
import { Waiters } from '../tcp/waiters.js';
import { Service } from './service.js';
import { throwIfFailed } from './throw-if-failed.js';
import { UnderWay } from './under-way.js';

export interface TCPClientOptions extends ConnectTCPOptions {
  /** Default: the default one. */
  readonly reactor?: IReactorTCP;
}

/**
 * Connects a client factory while it runs: `connectTCP` in `startService`, `disconnect` in `stopService`, which fires when
 * the connection is lost. How connecting goes is told to the factory. What `connectTCP` throws comes out of the start.
 *
 * A factory that connects again by itself, such as ReconnectingClientFactory, is told to stop trying when the service stops,
 * and may try again after the next start; {@link ClientService} is the better choice for that.
 * Twisted: `TCPClient` (twisted.application.internet).
 */
export class TCPClient extends Service {
  readonly #host: string;
  readonly #port: number | string;
  readonly #factory: IClientFactory;
  readonly #options: ConnectTCPOptions;
  readonly #reactor: IReactorTCP | undefined;
  #run: ClientRun | undefined;
  #stopping = new UnderWay();

  constructor(host: string, port: number | string, factory: IClientFactory, options: TCPClientOptions = {}) {
    super();
    const { reactor, ...connectOptions } = options;
    this.#host = host;
    this.#port = port;
    this.#factory = factory;
    this.#options = connectOptions;
    this.#reactor = reactor;
  }

  /** Connects; while the connection of the run before is still ending, it fires (and connects) after that. */
  override startService(): PromiseLike<void> {
    if (this.running) return succeed<void>(undefined);
    void super.startService();
    const run = new ClientRun(this.#factory);
    this.#run = run;
    return throwIfFailed(
      this.#stopping
        .waitForEnd()
        .addCallback(() => this.#connect(run))
        .addErrback((failure) => {
          if (this.#run === run) void super.stopService();
          return failure;
        }),
    );
  }

  override stopService(): PromiseLike<void> {
    void super.stopService();
    const run = this.#run;
    this.#run = undefined;
    if (run !== undefined) this.#stopping = new UnderWay().start(() => run.stop());
    return this.#stopping.wait();
  }

  #connect(run: ClientRun): void {
    if (this.#run !== run) throw new CancelledError(`${String(this)} was stopped before it could connect`);
    const reactor = this.#reactor ?? getReactor();
    run.start(() => reactor.connectTCP(this.#host, this.#port, run, this.#options));
  }
}

/** What a factory that connects again has (ReconnectingClientFactory). */
interface Reconnecting {
  continueTrying: boolean;
  stopTrying(): void;
}

/** Stands before the factory for one run, in order to know when nothing is left of it. */
class ClientRun implements IClientFactory {
  readonly #factory: IClientFactory & Partial<Reconnecting>;
  readonly #stopped = new Waiters();
  #connector: IConnector | undefined;
  #stopping = false;

  constructor(factory: IClientFactory) {
    this.#factory = factory;
  }

  start(connect: () => IConnector): void {
    if (isReconnecting(this.#factory)) this.#factory.continueTrying = true;
    this.#connector = connect();
  }

  /** Fires when there is neither an attempt nor a connection. */
  stop(): Deferred<void> {
    this.#stopping = true;
    return maybeDeferred(() => {
      if (isReconnecting(this.#factory)) this.#factory.stopTrying();
      this.#connector?.disconnect();
      const isOver = this.#connector === undefined || this.#connector.state === 'disconnected';
      return isOver ? succeed<void>(undefined) : this.#stopped.add();
    });
  }

  doStart(): void {
    this.#factory.doStart();
  }

  doStop(): void {
    this.#factory.doStop();
  }

  buildProtocol(address: IAddress): IProtocol | null {
    return this.#factory.buildProtocol(address);
  }

  /** Throws out of `connector.connect()` once the service is stopped. */
  startedConnecting(connector: IConnector): void {
    if (this.#stopping)
      throw new Error(`The service of ${this.logPrefix()} is stopped and doesn't connect again`);
    this.#factory.startedConnecting(connector);
  }

  clientConnectionFailed(connector: IConnector, reason: Failure): void {
    this.#tell('clientConnectionFailed', connector, reason);
  }

  clientConnectionLost(connector: IConnector, reason: Failure): void {
    this.#tell('clientConnectionLost', connector, reason);
  }

  logPrefix(): string {
    return nameOf(this.#factory);
  }

  #tell(
    callback: 'clientConnectionFailed' | 'clientConnectionLost',
    connector: IConnector,
    reason: Failure,
  ): void {
    try {
      this.#factory[callback](connector, reason);
    } finally {
      if (this.#stopping && connector.state === 'disconnected') this.#stopped.fire();
    }
  }
}

function isReconnecting(
  factory: IClientFactory & Partial<Reconnecting>,
): factory is IClientFactory & Reconnecting {
  return typeof factory.continueTrying === 'boolean' && typeof factory.stopTrying === 'function';
}
