/**
 * A small application of two services: an echo server, and a timer that says how many clients there are.
 *
 *     npx tsx examples/service.ts                                    on 127.0.0.1, port 8007
 *     npx tsx examples/service.ts tcp:9000:interface=127.0.0.1       elsewhere
 *
 * Ctrl-C (or SIGTERM) stops it gracefully: nobody is accepted any more, what has come is echoed, and clients that haven't
 * read that within five seconds are cut off. A second Ctrl-C doesn't wait for them.
 */
import {
  Application,
  Factory,
  type IStoppingProtocol,
  Protocol,
  TimerService,
  runApplication,
  serverDescription,
  strports,
} from '../src/index.js'; // 'heddle', in a program of yours

class Echo extends Protocol implements IStoppingProtocol {
  declare factory: EchoFactory;

  override connectionMade(): void {
    this.factory.clients += 1;
    // Don't read while much is queued for a client that doesn't read either.
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }

  override connectionLost(): void {
    this.factory.clients -= 1;
  }

  /** The server stops: what has come is still echoed, and that's it. */
  serviceStopping(): void {
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}

class EchoFactory extends Factory<Echo> {
  override protocol = Echo;
  clients = 0;
}

const factory = new EchoFactory();
const server = strports.service(process.argv[2] ?? 'tcp:8007:interface=127.0.0.1', factory, {
  gracePeriodMs: 5000,
});
const report = new TimerService(60, () => {
  const { port } = server;
  console.log(`${port ? serverDescription(port.getHost()) : 'nowhere'}: ${factory.clients} clients`);
});

// They start in this order, and stop in the other.
const application = new Application('echo');
application.addService(server);
application.addService(report);

try {
  await runApplication(application);
  console.log('stopped');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
