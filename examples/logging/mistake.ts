import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

class Clumsy extends Protocol {
  override dataReceived() {
    throw new RangeError('Too clumsy');
  }
}

/** A server that throws, and a client that makes it. */
export async function makeMistake() {
  const reactor = getReactor();
  await using server = reactor.listenTCP(0, Factory.forProtocol(Clumsy), { interface: '127.0.0.1' });
  const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);
  await using connection = await connect(endpoint);
  await connection.write(Buffer.from('hello'));
  await connection.read();
}
