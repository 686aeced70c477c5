import { Protocol, ReconnectingClientFactory, type Failure, type IConnector } from '../../../src/index.js';

class Ticker extends Protocol {
  declare factory: TickerFactory;

  override dataReceived(data: Buffer) {
    this.factory.resetDelay(); // it doesn't only accept, it works
    this.factory.ticks.push(data.toString());
  }
}

export class TickerFactory extends ReconnectingClientFactory<Ticker> {
  override protocol = Ticker;
  readonly ticks: string[] = [];

  override clientConnectionLost(connector: IConnector, reason: Failure) {
    this.ticks.push(`(${reason.getErrorMessage()})`);
    super.clientConnectionLost(connector, reason);
  }
}
