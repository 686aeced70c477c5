import { Deferred } from '../../defer/index.js';
import type { IAddress } from '../../interfaces/index.js';
import { ClientFactory } from '../../protocols/index.js';
import { AccumulatingProtocol } from './accumulating-protocol.js';

/** Builds AccumulatingProtocols, for either side, and keeps them. Twisted: `MyServerFactory`, `MyClientFactory`. */
export class AccumulatingFactory extends ClientFactory<AccumulatingProtocol> {
  override noisy = false;
  /** All protocols, in the order of building. */
  readonly protocols: AccumulatingProtocol[] = [];
  /** What `buildProtocol` was given. */
  readonly peerAddresses: IAddress[] = [];
  /** Fires with the next protocol to be connected, after its `connectionMade`; then there is a new one. */
  protocolConnectionMade = new Deferred<AccumulatingProtocol>();

  override buildProtocol(address: IAddress): AccumulatingProtocol {
    const protocol = new AccumulatingProtocol();
    protocol.factory = this;
    this.protocols.push(protocol);
    this.peerAddresses.push(address);
    protocol.madeDeferred.addCallback((made) => {
      const waiting = this.protocolConnectionMade;
      this.protocolConnectionMade = new Deferred();
      waiting.callback(protocol);
      return made;
    });
    return protocol;
  }
}
