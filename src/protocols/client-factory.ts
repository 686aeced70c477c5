/* eslint-disable @typescript-eslint/no-unused-vars -- the parameters of an empty hook are those of its overrides */
import type { Failure } from '../defer/failure.js';
import type { IConnector } from '../interfaces/connector.js';
import type { IClientFactory, IProtocol } from '../interfaces/protocol.js';
import { Factory } from './factory.js';

/** A factory for outgoing connections: a Factory that is told how its connector fares. Twisted: `ClientFactory`. */
export class ClientFactory<P extends IProtocol = IProtocol> extends Factory<P> implements IClientFactory {
  startedConnecting(connector: IConnector): void {
    // Subclasses say what there is to do.
  }

  clientConnectionFailed(connector: IConnector, reason: Failure): void {
    // Subclasses say what there is to do.
  }

  clientConnectionLost(connector: IConnector, reason: Failure): void {
    // Subclasses say what there is to do.
  }
}
