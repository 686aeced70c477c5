import { Factory, type IReactorTCP, Protocol } from 'heddle';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

/** A server to talk to. */
export function listenEcho(reactor: IReactorTCP) {
  return reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
}
