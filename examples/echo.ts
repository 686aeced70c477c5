/**
 * An echo server: what a client sends comes back to it.
 *
 *     npm start                                    on 127.0.0.1, port 8007
 *     npm start -- tcp:9000                        on every IPv4 address of the machine
 *     npm start -- 'tcp:9000:interface=[::1]'      on IPv6; tcp:[::1]:9000 means the same
 *
 * Talk to it with `npx tsx examples/echo-client.ts hello`, or `nc 127.0.0.1 8007`. Ctrl-C stops it.
 */
import { Factory, Protocol, getReactor, serverDescription, serverFromString } from '../src/index.js'; // 'heddle', in a program of yours

class Echo extends Protocol {
  override connectionMade(): void {
    // A client that sends and doesn't read must not fill our memory: while too much is queued for it, don't read either.
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

const reactor = getReactor();

try {
  const endpoint = serverFromString(reactor, process.argv[2] ?? 'tcp:8007:interface=127.0.0.1');
  const port = await endpoint.listen(Factory.forProtocol(Echo));
  reactor.callWhenRunning(() => console.log(`listening on ${serverDescription(port.getHost())}`));
  // Until SIGINT or SIGTERM: then the port and all connections are closed.
  await reactor.run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
reactor.close();
