import {
  LimitConnectionsByPeer,
  LimitTotalConnectionsFactory,
  Protocol,
  type IProtocol,
  type IProtocolFactory,
} from '../../../src/index.js';

class Busy extends Protocol {
  override connectionMade() {
    this.transport.write(Buffer.from('Too many of you. Come back later.\r\n'));
    this.transport.loseConnection();
  }
}

export function limited<P extends IProtocol>(factory: IProtocolFactory<P>) {
  const perPeer = new LimitConnectionsByPeer(factory, { maxConnectionsPerPeer: 10 });
  return new LimitTotalConnectionsFactory(perPeer, { connectionLimit: 10_000, overflowProtocol: Busy });
}
