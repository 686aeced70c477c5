import type { Failure } from '../../defer/index.js';
import type { IConnector } from '../../interfaces/index.js';
import { getLog } from '../../logger/index.js';
import { ClientFactory } from '../client-factory.js';
import type { ProtocolClass } from '../factory.js';
import { Proxy } from './proxy.js';

const log = getLog('protocols');

/** The connection to where it is forwarded. When it is there, the one that waits for it goes on. Twisted: `ProxyClient`. */
export class ProxyClient extends Proxy {
  declare factory: ProxyClientFactory;

  override connectionMade(): void {
    const { server } = this.factory;
    if (!server.connected) {
      this.transport.loseConnection();
      return;
    }
    this.join(server);
    server.transport.resumeProducing();
  }
}

/** Makes the connection for one that was accepted. Twisted: `ProxyClientFactory`. */
export class ProxyClientFactory extends ClientFactory<ProxyClient> {
  override noisy = false;
  override protocol: ProtocolClass<ProxyClient> = ProxyClient;

  /** The protocol of the accepted connection. */
  readonly server: Proxy;

  constructor(server: Proxy) {
    super();
    this.server = server;
  }

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    // If the client has gone meanwhile, it was he who stopped it.
    if (!this.server.connected) return;
    log.warn('Cannot forward to {destination}: {reason}', {
      destination: String(connector.getDestination()),
      reason: reason.getErrorMessage(),
    });
    this.server.transport.loseConnection();
  }
}
