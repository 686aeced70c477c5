import {
  Factory,
  Protocol,
  clientFromString,
  connectProtocol,
  getReactor,
  serverDescription,
  serverFromString,
} from '../../../src/index.js';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

class Hello extends Protocol {
  override connectionMade() {
    this.transport.write(Buffer.from('hello'));
  }

  override dataReceived(data: Buffer) {
    console.log(data.toString());
    this.transport.loseConnection();
  }
}

const [where = 'tcp:8007:interface=127.0.0.1', to = 'tcp:127.0.0.1:8007'] = process.argv.slice(2);

const port = await serverFromString(getReactor(), where).listen(Factory.forProtocol(Echo));
console.log(`listening on ${serverDescription(port.getHost())}`);

const hello = await connectProtocol(clientFromString(getReactor(), to), new Hello());
await hello.transport.whenLost();
await port.stopListening();
