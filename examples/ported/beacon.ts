/**
 * Two services in one: a client that stays connected, and a timer that has it say each time how often it has done so. It is none of Twisted's
 * examples, but a program of the kind that most are; docs/porting-from-twisted.md shows it in both languages.
 *
 *     nc -l -k 127.0.0.1 8125
 *     node --import tsx examples/ported/beacon.ts tcp:127.0.0.1:8125 0.5
 *
 * When the connection is lost it connects again, and while there is none no beat is counted.
 */
import {
  CancelledError,
  ClientService,
  Factory,
  type IStreamClientEndpoint,
  LineReceiver,
  MultiService,
  TimerService,
  backoffPolicy,
  clientFromString,
  getReactor,
  runApplication,
} from '../../src/index.js';

export class Beacon extends LineReceiver {
  override lineReceived(line: Buffer): void {
    console.log(`heard ${line.toString()}`);
  }
}

export function makeService(endpoint: IStreamClientEndpoint, interval: number): MultiService {
  const client = new ClientService(endpoint, Factory.forProtocol(Beacon), {
    retryPolicy: backoffPolicy({ initialDelay: 0.05, maxDelay: 1, jitter: () => 0 }),
  });
  let beats = 0;

  // The timer waits for what this returns before it calls again.
  const beat = () =>
    client.whenConnected().addCallbacks(
      (beacon) => {
        beats += 1;
        beacon.sendLine(Buffer.from(`beat ${beats}`));
      },
      (failure) => {
        failure.trap(CancelledError); // the service was stopped while it was not connected
      },
    );

  const services = new MultiService();
  services.addService(client);
  services.addService(new TimerService(interval, beat));
  return services;
}

if (process.argv[1] === import.meta.filename) {
  const [description = 'tcp:127.0.0.1:8125', interval = '1'] = process.argv.slice(2);
  const endpoint = clientFromString(getReactor(), description);
  await runApplication(makeService(endpoint, Number(interval)));
  console.log('stopped');
}
