import {
  Factory,
  HostnameEndpoint,
  Protocol,
  TCP4ServerEndpoint,
  connectProtocol,
  getReactor,
} from '../../../src/index.js';

const server = new TCP4ServerEndpoint(getReactor(), 0, { interface: '127.0.0.1', noDelay: true });
const port = await server.listen(Factory.forProtocol(Protocol));

const client = new HostnameEndpoint(getReactor(), 'localhost', port.getHost().port, { timeout: 5 });
const protocol = await connectProtocol(client, new Protocol());
console.log(`connected to ${protocol.transport.getPeer().host}`);

protocol.transport.loseConnection();
await port.stopListening();
