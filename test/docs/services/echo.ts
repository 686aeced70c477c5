import {
  Application,
  Factory,
  type IStoppingProtocol,
  Protocol,
  type StreamServerEndpointService,
  strports,
} from '../../../src/index.js';

class Echo extends Protocol implements IStoppingProtocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }

  serviceStopping() {
    this.transport.loseConnection(); // sends what is queued first
  }
}

export function makeEcho(description: string): [Application, StreamServerEndpointService] {
  const server = strports.service(description, Factory.forProtocol(Echo), { gracePeriodMs: 10_000 });
  const application = new Application('echo');
  application.addService(server);
  return [application, server];
}
