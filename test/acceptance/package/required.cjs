/* eslint-disable @typescript-eslint/no-require-imports -- this is what is tried here */
// A CommonJS program: the same server and client, by `require`.
const { once } = require('node:events');
const { createConnection } = require('node:net');
const { Factory, Protocol, getReactor } = require('heddle');

class Echo extends Protocol {
  dataReceived(data) {
    this.transport.write(data);
  }
}

const reactor = getReactor();
const port = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
const client = createConnection(port.getHost().port, '127.0.0.1');
client.end('hello by require');
once(client, 'data').then(([data]) => {
  console.log(data.toString());
  client.destroy();
  reactor.close();
});
