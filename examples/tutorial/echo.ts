import { Factory, Protocol, getReactor } from 'heddle';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const reactor = getReactor();
const number = Number(process.argv[2] ?? 8007);
const port = reactor.listenTCP(number, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
console.log(`listening on port ${port.getHost().port}`);
await reactor.run();
console.log('stopped');
