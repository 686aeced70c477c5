import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const reactor = getReactor();
const port = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });

const web = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ open: port.connections.size, accepted: port.counters.accepted }));
});
web.listen(0, '127.0.0.1');
await once(web, 'listening');

// A client of the one, and a client of the other.
const connection = await connect(new TCP4ClientEndpoint(reactor, '127.0.0.1', port.getHost().port));
await connection.write(Buffer.from('hello'));
console.log((await connection.read())?.toString());

const response = await fetch(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
console.log(await response.text());

await connection.close();
await port.stopListening();
web.close();
