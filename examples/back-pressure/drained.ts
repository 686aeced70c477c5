import { Factory, Protocol, TCP4ClientEndpoint, connect, getReactor } from 'heddle';

const PIECE = Buffer.alloc(65_536);

class Download extends Protocol {
  override async connectionMade() {
    let most = 0;
    for (let piece = 0; piece < 256; piece += 1) {
      const hasRoom = this.transport.write(PIECE);
      most = Math.max(most, this.transport.bytesQueued);
      if (!hasRoom) await this.transport.drained();
    }
    this.transport.loseConnection();
    console.log(`at most ${most} bytes were queued`);
  }
}

const reactor = getReactor();
await using server = reactor.listenTCP(0, Factory.forProtocol(Download), { interface: '127.0.0.1' });
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using connection = await connect(endpoint);
let received = 0;
for await (const data of connection) received += data.length;
console.log(`${received} bytes were received`);
