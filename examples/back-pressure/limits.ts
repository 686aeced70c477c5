import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

/** Sends whatever it is asked for, and doesn't look at who reads. */
class Firehose extends Protocol {
  override connectionMade() {
    this.transport.events.on('writeQueueOverflow', (bytes) => console.log(`${bytes} bytes are too many`));
  }

  override dataReceived() {
    for (let piece = 0; piece < 20; piece += 1) this.transport.write(Buffer.alloc(1_000_000));
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, Factory.forProtocol(Firehose), {
  interface: '127.0.0.1',
  writeQueueLimit: 10_000_000,
  slowReaderTimeoutMs: 60_000,
});
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using connection = await connect(endpoint);
await connection.write(Buffer.from('more'));
try {
  while ((await connection.read()) !== undefined);
} catch (error) {
  console.log((error as Error).message);
}
