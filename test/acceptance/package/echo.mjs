// A server and a client in one process.
import { Factory, HostnameEndpoint, Protocol, connectProtocol, getReactor } from 'heddle';

class Echo extends Protocol {
  dataReceived(data) {
    this.transport.write(data);
  }
}

class Greeter extends Protocol {
  connectionMade() {
    this.transport.write(Buffer.from('hello'));
  }

  dataReceived(data) {
    console.log(data.toString());
    this.transport.loseConnection();
  }
}

const reactor = getReactor();
const port = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
const greeter = await connectProtocol(
  new HostnameEndpoint(reactor, '127.0.0.1', port.getHost().port),
  new Greeter(),
);
await greeter.transport.whenLost();
reactor.close();
