import { open } from 'node:fs/promises';
import { Factory, FileSender, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

class OneFile extends Protocol {
  override async connectionMade() {
    await using file = await open(new URL(import.meta.url));
    await new FileSender().beginFileTransfer(file, this.transport);
    this.transport.loseConnection();
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, Factory.forProtocol(OneFile), { interface: '127.0.0.1' });
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using connection = await connect(endpoint);
const pieces: Buffer[] = [];
for await (const data of connection) pieces.push(data);
console.log(Buffer.concat(pieces).toString().split('\n')[0]);
