import { Factory, Protocol, Reactor, TCP4ClientEndpoint, connect, installReactor } from 'heddle';

const reactor = new Reactor({ slowTurnMs: 50 });
installReactor(reactor); // before anybody has asked for the default one
reactor.events.on('slowTurn', ({ what, durationMs }) => {
  console.log(`${what} took ${durationMs >= 60 ? 'far too long' : 'no time'}`);
});

class Busy extends Protocol {
  override dataReceived(data: Buffer) {
    const until = performance.now() + 60;
    while (performance.now() < until);
    this.transport.write(data);
  }
}

await using server = reactor.listenTCP(0, Factory.forProtocol(Busy), { interface: '127.0.0.1' });
await using connection = await connect(new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port));
await connection.write(Buffer.from('hello'));
await connection.read();
