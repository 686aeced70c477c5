/**
 * A chat without names, as a service: what one says all hear, he too, with the address of him who said it. Twisted: chatserver.py.
 *
 *     node --import tsx examples/ported/chatserver.ts                 on 127.0.0.1, port 1025
 *     node --import tsx examples/ported/chatserver.ts tcp:9000        on every IPv4 address
 *
 * Join it with `nc -C 127.0.0.1 1025`. Ctrl-C stops it, which ends all connections in order.
 */
import {
  Application,
  Factory,
  type IStoppingProtocol,
  LineReceiver,
  runApplication,
  strports,
} from '../../src/index.js'; // 'heddle', in a program of yours

export class Speaker extends LineReceiver implements IStoppingProtocol {
  declare factory: ChatFactory;

  override connectionMade(): void {
    // Who talks and doesn't listen isn't listened to either, so that nothing piles up for him.
    this.transport.registerProducer(this, true);
    this.factory.speakers.add(this);
  }

  override lineReceived(line: Buffer): void {
    const { host, port } = this.transport.getPeer();
    this.factory.tellAll(Buffer.from(`<${host}:${port}> ${line.toString()}`));
  }

  override connectionLost(): void {
    this.factory.speakers.delete(this);
  }

  serviceStopping(): void {
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}

export class ChatFactory extends Factory<Speaker> {
  override protocol = Speaker;
  readonly speakers = new Set<Speaker>();

  tellAll(line: Buffer): void {
    for (const speaker of this.speakers) speaker.sendLine(line);
  }
}

/** What Twisted's program makes for twistd. */
export function makeApplication(description: string): Application {
  const application = new Application('chat');
  application.addService(strports.service(description, new ChatFactory(), { gracePeriodMs: 5000 }));
  return application;
}

if (process.argv[1] === import.meta.filename) {
  await runApplication(makeApplication(process.argv[2] ?? 'tcp:1025:interface=127.0.0.1'));
}
