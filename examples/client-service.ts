/**
 * A client that stays connected: it says hello once a second, and connects again whenever the connection is lost.
 *
 *     npx tsx examples/client-service.ts                      to examples/service.ts, on 127.0.0.1, port 8007
 *     npx tsx examples/client-service.ts tcp:example.com:7
 *
 * Start the server, stop it, start it again, and see what the client makes of it. Ctrl-C stops it.
 */
import {
  Application,
  ClientService,
  Factory,
  Protocol,
  TimerService,
  backoffPolicy,
  clientFromString,
  getReactor,
  runApplication,
} from '../src/index.js'; // 'heddle', in a program of yours

class Greeter extends Protocol {
  greet(): void {
    this.transport.write(Buffer.from('hello\n'));
  }

  override dataReceived(data: Buffer): void {
    process.stdout.write(data);
  }
}

try {
  const endpoint = clientFromString(getReactor(), process.argv[2] ?? 'tcp:127.0.0.1:8007');
  const client = new ClientService(endpoint, Factory.forProtocol(Greeter), {
    retryPolicy: backoffPolicy({ initialDelay: 0.2, maxDelay: 10 }),
    gracePeriodMs: 1000,
  });
  client.events.on('connected', ({ transport }) =>
    console.log(`connected to ${transport.getPeer().toString()}`),
  );
  client.events.on('connectionLost', (reason) => console.log(reason.getErrorMessage()));
  client.events.on('connectionFailed', (failure) => console.log(failure.getErrorMessage()));
  client.events.on('waiting', (delay) => console.log(`trying again in ${delay.toFixed(1)} s`));

  // The next call waits for this one's Deferred, and a stop cancels what is waited for; neither is a failure of the timer.
  const greeting = new TimerService(1, () =>
    client.whenConnected().addCallbacks(
      (greeter) => greeter.greet(),
      () => {},
    ),
  );

  const application = new Application('greeter');
  application.addService(client);
  application.addService(greeting);
  await runApplication(application);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
