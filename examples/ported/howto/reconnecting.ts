/**
 * A client that keeps what it knows beyond a connection: a factory outlives its protocols, and this one connects again.
 * Twisted: the reconnecting client of "Writing Clients".
 *
 *     node --import tsx examples/ported/howto/reconnecting.ts 127.0.0.1 8007
 *
 * It keeps the lines that a server says, and tells it on each new connection how many it has: `SINCE 12`.
 */
import { LineReceiver, ReconnectingClientFactory, getReactor } from '../../../src/index.js'; // 'heddle', in a program of yours

export class Follower extends LineReceiver {
  declare factory: FollowerFactory;

  override connectionMade(): void {
    this.sendLine(Buffer.from(`SINCE ${this.factory.lines.length}`));
  }

  override lineReceived(line: Buffer): void {
    // Only now the connection has proved to work, and the next wait is a short one again.
    this.factory.resetDelay();
    this.factory.lines.push(line.toString());
    this.factory.lineReceived(line.toString());
  }
}

export class FollowerFactory extends ReconnectingClientFactory<Follower> {
  override protocol = Follower;
  readonly lines: string[] = [];
  /** Called with each new line. */
  lineReceived: (line: string) => void = () => {};
}

if (process.argv[1] === import.meta.filename) {
  const [host = '127.0.0.1', port = '8007'] = process.argv.slice(2);
  const reactor = getReactor();
  const factory = new FollowerFactory({ clock: reactor, maxDelay: 30 });
  factory.lineReceived = (line) => console.log(line);
  reactor.connectTCP(host, Number(port), factory);
  // Or the end of the connection, when the reactor shuts down, would be one more reason to connect.
  reactor.addSystemEventTrigger('before', 'shutdown', () => factory.stopTrying());
  await reactor.run();
}
