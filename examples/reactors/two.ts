import { Factory, Protocol, Reactor, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const reactor = getReactor();
const port = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });

{
  using another = new Reactor({ turnMs: 5 });
  const endpoint = new TCP4ClientEndpoint(another, '127.0.0.1', port.getHost().port);
  const connection = await connect(endpoint);
  await connection.write(Buffer.from('hello'));
  console.log((await connection.read())?.toString());
  another.callLater(60, () => console.log('never'));
} // closed: its connection is lost, its call is not made

console.log(`listening: ${port.listening}`);
await port.stopListening();
