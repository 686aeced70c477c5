import type { Failure } from '../defer/failure.js';
import type { IConnector } from '../interfaces/connector.js';
import type { IHalfCloseableProtocol } from '../interfaces/protocol.js';
import type { IReactorTCP } from '../interfaces/reactor-tcp.js';
import { ClientFactory } from './client-factory.js';
import { Factory } from './factory.js';
import { Protocol } from './protocol.js';

/**
 * One side of a forwarded connection: what comes here goes out at the other side, no faster than that takes it. The end of one
 * direction is passed on, too, and with a side the other one ends. Twisted: `Proxy` (twisted.protocols.portforward).
 */
export class Proxy extends Protocol implements IHalfCloseableProtocol {
  /** The other side, while there is one. */
  peer: Proxy | undefined;

  override dataReceived(data: Buffer): void {
    this.peer?.transport.write(data);
  }

  readConnectionLost(): void {
    // Nothing more will be produced in this direction, and its end would wait for the producer.
    this.peer?.transport.unregisterProducer();
    this.peer?.transport.loseWriteConnection();
  }

  writeConnectionLost(): void {
    // What may still come from there is passed on.
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- overrides look at the reason
  override connectionLost(reason: Failure): void {
    const { peer } = this;
    this.peer = undefined;
    if (peer === undefined) return;
    // We produce nothing any more, and closing would wait for us.
    peer.transport.unregisterProducer();
    peer.transport.loseConnection();
  }

  /** Each side is the producer of the other. */
  protected join(peer: Proxy): void {
    this.peer = peer;
    peer.peer = this;
    peer.transport.registerProducer(this.transport, true);
    this.transport.registerProducer(peer.transport, true);
  }
}

/** The side that was connected to the destination. Twisted: `ProxyClient`. */
export class ProxyClient extends Proxy {
  declare factory: ProxyClientFactory;

  override connectionMade(): void {
    const { server } = this.factory;
    this.join(server);
    // Nothing was read from there while there was no place for it to go.
    server.transport.resumeProducing();
  }
}

/** Connects to the destination for one client. Twisted: `ProxyClientFactory`. */
export class ProxyClientFactory extends ClientFactory<ProxyClient> {
  override readonly protocol = ProxyClient;
  override noisy = false;

  constructor(
    /** The side that waits for it. */
    readonly server: ProxyServer,
  ) {
    super();
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.server.transport.loseConnection({ reason });
  }
}

/** The side of a client. Twisted: `ProxyServer`. */
export class ProxyServer extends Proxy {
  declare factory: ProxyFactory;
  #connector: IConnector | undefined;

  override connectionMade(): void {
    this.transport.pauseProducing();
    const { reactor, host, port } = this.factory;
    this.#connector = reactor.connectTCP(host, port, new ProxyClientFactory(this));
  }

  override connectionLost(reason: Failure): void {
    // Nobody is there any more for whom to connect.
    if (this.peer === undefined) this.#connector?.disconnect();
    super.connectionLost(reason);
  }
}

/**
 * Forwards each connection to `host` and `port`, through `reactor`:
 *
 *     reactor.listenTCP(8080, new ProxyFactory(reactor, 'example.com', 80));
 *
 * Twisted: `ProxyFactory` (twisted.protocols.portforward).
 */
export class ProxyFactory extends Factory<ProxyServer> {
  override readonly protocol = ProxyServer;

  constructor(
    readonly reactor: IReactorTCP,
    readonly host: string,
    readonly port: number,
  ) {
    super();
  }
}
