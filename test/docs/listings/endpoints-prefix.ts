import { TCP4ClientEndpoint, clientFromString, getReactor, registerEndpoint } from '../../../src/index.js';

// local:PORT[:timeout=SECONDS]
registerEndpoint({
  prefix: 'local',
  client(reactor, given) {
    given.places('port');
    const port = given.port('port', 1, 'local:PORT');
    const timeout = given.number('timeout', { min: 0 }) ?? 1;
    return new TCP4ClientEndpoint(reactor, '127.0.0.1', port, { timeout });
  },
});

console.log(clientFromString(getReactor(), 'local:8007'));
try {
  clientFromString(getReactor(), 'local:8007:timeout=soon');
} catch (error) {
  console.log((error as Error).message);
}
