import { TCP4ClientEndpoint, connectProtocol, getReactor } from 'heddle';
import { Asker } from './asker.js';
import { listenEcho } from './echo.js';

const reactor = getReactor();
await using server = listenEcho(reactor);
const endpoint = new TCP4ClientEndpoint(reactor, '127.0.0.1', server.getHost().port, { timeout: 5 });

const asker = await connectProtocol(endpoint, new Asker());
await using transport = asker.transport;
console.log(await Promise.all([asker.ask('one'), asker.ask('two')]));

const patient = asker.ask('three').addTimeout(5, reactor);
transport.abortConnection();
try {
  await patient;
} catch (error) {
  console.log(`no answer: ${(error as Error).name}`);
}
