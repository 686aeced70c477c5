import type { Failure } from '../../defer/index.js';
import { ConnectionDone } from '../../errors/index.js';
import type { IHalfCloseableProtocol } from '../../interfaces/index.js';
import { Protocol } from '../protocol.js';

/**
 * One end of a pair of connections: what comes here goes out there. The transports are each other's push producers, so the
 * slower side sets the pace. Twisted: `Proxy` (twisted.protocols.portforward).
 *
 * How one connection ends is how the other one ends: an end of writing is passed on as one (the other direction goes on), an orderly
 * end as an orderly end, anything else as a reset. All of them wait until what came before has been sent.
 */
export class Proxy extends Protocol implements IHalfCloseableProtocol {
  /** The other connection's protocol, from when that one is there. */
  peer: Proxy | undefined;

  /** Joins two connections that are both there; what comes to either goes to the other. */
  protected join(peer: Proxy): void {
    this.peer = peer;
    peer.peer = this;
    this.transport.registerProducer(peer.transport, true);
    peer.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.peer?.transport.write(data);
  }

  readConnectionLost(): void {
    // The transport there waits for its producer, which is the one that has nothing more to say.
    this.peer?.transport.unregisterProducer();
    this.peer?.transport.loseWriteConnection();
  }

  writeConnectionLost(): void {
    // What was passed on has been carried out.
  }

  override connectionLost(reason: Failure): void {
    const transport = this.peer?.transport;
    if (transport === undefined) return;
    transport.unregisterProducer();
    if (reason.check(ConnectionDone) !== undefined) {
      transport.loseConnection();
    } else {
      transport.drained().addBoth(() => transport.abortConnection());
    }
  }
}
