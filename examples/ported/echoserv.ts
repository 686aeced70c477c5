/**
 * An echo server on an endpoint. Twisted: echoserv.py.
 *
 *     node --import tsx examples/ported/echoserv.ts                  on 127.0.0.1, port 8000
 *     node --import tsx examples/ported/echoserv.ts 'tcp:9000'       on every IPv4 address
 */
import { Factory, Protocol, getReactor, serverDescription, serverFromString } from '../../src/index.js';

export class Echo extends Protocol {
  override connectionMade(): void {
    // A client that sends and doesn't read must not fill our memory: while much is queued for it, don't read either.
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

if (process.argv[1] === import.meta.filename) {
  const [description = 'tcp:8000:interface=127.0.0.1'] = process.argv.slice(2);
  const reactor = getReactor();
  const port = await serverFromString(reactor, description).listen(Factory.forProtocol(Echo));
  console.log(`listening on ${serverDescription(port.getHost())}`);
  await reactor.run();
}
