import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

const MEGABYTE = Buffer.alloc(1_000_000);

let isFull = false;
let tellFull = () => {};
const full = new Promise<void>((resolve) => (tellFull = resolve));

class Echo extends Protocol {
  override connectionMade() {
    this.transport.registerProducer(this.transport, true);
    this.transport.events.once('writeBufferFull', () => {
      console.log('the echo has stopped reading');
      isFull = true;
      tellFull();
    });
    this.transport.events.once('drain', () => console.log('it reads again'));
  }

  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, Factory.forProtocol(Echo), { interface: '127.0.0.1' });
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using connection = await connect(endpoint);
// Nobody reads what comes back, so there comes a time when no more goes out.
let sent = 0;
while (!isFull) {
  sent += MEGABYTE.length;
  await Promise.race([connection.write(MEGABYTE), full]);
}

let received = 0;
void connection.end();
for await (const data of connection) received += data.length;
console.log(received === sent ? 'all has come back' : 'something is missing');
