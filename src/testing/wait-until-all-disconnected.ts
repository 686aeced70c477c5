import { Deferred, gatherResults } from '../defer/index.js';
import type { IProtocol, IReactorTime, ITCPTransport } from '../interfaces/index.js';

/** A protocol that says over what it is connected, as `Protocol` does. */
export interface ConnectedProtocol extends IProtocol {
  /** Its connection. */
  readonly transport: Pick<ITCPTransport, 'whenLost'>;
}

/**
 * Fires when the connections of all `protocols` are lost, and `reactor` has taken one more turn, so that what follows from the
 * losses (a factory's `clientConnectionLost`, a last `stopFactory`) has happened too. The protocols must have been connected.
 *
 * Twisted: `waitUntilAllDisconnected` (twisted.internet.testing), which looks again and again.
 */
export function waitUntilAllDisconnected(
  reactor: Pick<IReactorTime, 'callLater'>,
  protocols: Iterable<ConnectedProtocol>,
): Deferred<void> {
  const losses = [...protocols].map(({ transport }) => transport.whenLost());
  return gatherResults(losses).addCallback(() => {
    const turnTaken = new Deferred<void>();
    reactor.callLater(0, () => turnTaken.callback());
    return turnTaken;
  });
}
