/**
 * The smallest server: what a client sends comes back to it. Twisted: simpleserv.py.
 *
 *     node --import tsx examples/ported/simpleserv.ts            on 127.0.0.1, port 8000
 *     node --import tsx examples/ported/simpleserv.ts 9000       on another port
 *
 * Its client is simpleclient.ts. Ctrl-C stops it.
 */
import { Factory, Protocol, getReactor } from '../../src/index.js'; // 'heddle', in a program of yours

export class Echo extends Protocol {
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

// What `if __name__ == "__main__"` is in Python: nothing happens when another module imports this one.
if (process.argv[1] === import.meta.filename) {
  const reactor = getReactor();
  const factory = Factory.forProtocol(Echo);
  const port = reactor.listenTCP(Number(process.argv[2] ?? 8000), factory, { interface: '127.0.0.1' });
  console.log(`listening on ${port.getHost().port}`);
  await reactor.run();
}
