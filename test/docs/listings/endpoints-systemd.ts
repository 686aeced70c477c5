import { Factory, Protocol, getReactor, serverFromString } from '../../../src/index.js';

class Greeting extends Protocol {
  override connectionMade() {
    this.transport.write(Buffer.from('welcome\n'));
    this.transport.loseConnection();
  }
}

const endpoint = serverFromString(getReactor(), 'systemd:domain=INET:name=web');
await endpoint.listen(Factory.forProtocol(Greeting));
await getReactor().run();
