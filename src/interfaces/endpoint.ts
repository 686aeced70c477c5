import type { Deferred } from '../defer/deferred.js';
import type { IListeningPort } from './listening-port.js';
import type { IProtocol, IProtocolFactory } from './protocol.js';

/** What listening and connecting through an endpoint have in common. */
export interface EndpointOptions {
  /**
   * Aborting it cancels what is under way (the Deferred fails with a CancelledError or a ConnectingCancelledError,
   * whose cause is the signal's reason). Once there is a port, aborting it stops that port; once there is a connection, it does nothing.
   */
  readonly signal?: AbortSignal;
}

/**
 * A place where a program can listen, chosen apart from what listens there. `P` is the kind of port that it makes.
 * Twisted: `IStreamServerEndpoint`.
 */
export interface IStreamServerEndpoint<P extends IListeningPort = IListeningPort> {
  /**
   * Begins to listen for `factory`. Every error comes as a failure of the Deferred, none is thrown.
   * May be called again, for another port in the same place, unless the endpoint says otherwise.
   */
  listen(factory: IProtocolFactory, options?: EndpointOptions): Deferred<P>;
}

/** A place that a program can connect to. Twisted: `IStreamClientEndpoint`. */
export interface IStreamClientEndpoint {
  /**
   * Connects, and fires with the protocol that `factory` has built, after its `connectionMade`. Every error comes as a
   * failure of the Deferred: a ConnectError and its kinds, an AggregateError of several where several addresses were tried, a
   * DNSLookupError, a NoProtocol if `buildProtocol` gave null, what `buildProtocol` or `connectionMade` threw. A factory with hooks
   * of its own for its connector (`clientConnectionLost`, say) is refused with a TypeError: no endpoint calls them.
   * Cancelling the Deferred gives the attempt up, and fails it with a ConnectingCancelledError.
   */
  connect<P extends IProtocol>(factory: IProtocolFactory<P>, options?: EndpointOptions): Deferred<P>;
}
