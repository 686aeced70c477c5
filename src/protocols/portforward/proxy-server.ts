import type { Failure } from '../../defer/index.js';
import type { ConnectTCPOptions, IClientFactory, IConnector, IReactorTCP } from '../../interfaces/index.js';
import { Factory, type ProtocolClass } from '../factory.js';
import { Proxy } from './proxy.js';
import { ProxyClientFactory } from './proxy-client.js';

/**
 * An accepted connection that is to be forwarded. It isn't read until the connection to its destination is there; if none can be made,
 * it is closed. Twisted: `ProxyServer`.
 */
export class ProxyServer extends Proxy {
  declare factory: ProxyFactory;
  #connector: Pick<IConnector, 'disconnect'> | undefined;

  override connectionMade(): void {
    this.transport.pauseProducing();
    // Who goes away while this is paused is noticed, so that nobody connects for him.
    this.transport.events.on('hangUp', (how) => {
      if (how === 'reset' && this.peer === undefined) this.transport.abortConnection();
    });
    this.#connector = this.factory.connect(this.factory.buildClientFactory(this));
  }

  override connectionLost(reason: Failure): void {
    if (this.peer === undefined) this.#connector?.disconnect();
    else super.connectionLost(reason);
  }
}

/**
 * Forwards each connection to one destination. `reactor` is whatever has a `connectTCP`; `options` are those of that.
 *
 *     reactor.listenTCP(8000, new ProxyFactory('127.0.0.1', 9000, reactor));
 *
 * To connect in another way, override `connect`. Twisted: `ProxyFactory`.
 */
export class ProxyFactory extends Factory<ProxyServer> {
  override protocol: ProtocolClass<ProxyServer> = ProxyServer;
  /** The host to forward to. */
  readonly host: string;
  /** The port to forward to, or a service's name. */
  readonly port: number | string;
  readonly #reactor: Pick<IReactorTCP, 'connectTCP'>;
  readonly #options: ConnectTCPOptions | undefined;

  constructor(
    host: string,
    port: number | string,
    reactor: Pick<IReactorTCP, 'connectTCP'>,
    options?: ConnectTCPOptions,
  ) {
    super();
    this.host = host;
    this.port = port;
    this.#reactor = reactor;
    this.#options = options;
  }

  /** The factory that makes the connection for one that was accepted. */
  buildClientFactory(server: ProxyServer): ProxyClientFactory {
    return new ProxyClientFactory(server);
  }

  /** Begins to connect. `disconnect` of what it answers is called if the accepted connection is lost meanwhile. */
  connect(factory: IClientFactory): Pick<IConnector, 'disconnect'> {
    return this.#reactor.connectTCP(this.host, this.port, factory, this.#options);
  }
}
