import { ClientService, Factory, TCP4ClientEndpoint, backoffPolicy, getReactor } from 'heddle';
import { Asker } from './asker.js';
import { listenEcho } from './echo.js';

const reactor = getReactor();
await using server = listenEcho(reactor);
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port);

await using client = new ClientService(endpoint, Factory.forProtocol(Asker), {
  retryPolicy: backoffPolicy({ initialDelay: 0.1, factor: 1, jitter: () => 0 }),
});
client.events.on('connected', () => console.log('connected'));
client.events.on('connectionLost', () => console.log('lost'));
client.events.on('waiting', (seconds) => console.log(`again in ${seconds} s`));
client.startService();

const signal = AbortSignal.timeout(5000);
const first = await client.whenConnected({ signal });
console.log(await first.ask('anybody there?'));

first.transport.abortConnection(); // as if the network had failed
await first.transport.whenLost();

const second = await client.whenConnected({ signal });
console.log(await second.ask('and now?'));
