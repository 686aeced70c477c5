import {
  ConnectError,
  ConnectingCancelledError,
  DNSLookupError,
  HostnameEndpoint,
  type IHostnameResolver,
  TCP4ClientEndpoint,
  connect,
  getReactor,
} from 'heddle';
import { listenEcho } from './echo.js';

const reactor = getReactor();
const server = listenEcho(reactor);
const { port } = server.getHost();
await server.stopListening();

/** Knows nobody, or (which takes longer) doesn't answer. */
function resolver(answers: boolean): IHostnameResolver {
  return {
    resolveHostName(receiver, name) {
      const resolution = { name, cancel: () => undefined };
      receiver.resolutionBegan(resolution);
      if (answers) receiver.resolutionComplete();
      return resolution;
    },
  };
}

const attempts = [
  connect(new TCP4ClientEndpoint(reactor, '127.0.0.1', port)),
  connect(new HostnameEndpoint(reactor, 'example.com', 80, { resolver: resolver(true) })),
  connect(new HostnameEndpoint(reactor, 'example.com', 80, { resolver: resolver(false), timeout: 0.1 })),
  connect(new HostnameEndpoint(reactor, 'example.com', 80), { signal: AbortSignal.abort() }),
];

for (const attempt of attempts) {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ConnectError) console.log(`can't be reached: ${error.name}`);
    else if (error instanceof DNSLookupError) console.log(`not known: ${error.name}`);
    else if (error instanceof ConnectingCancelledError) console.log(`given up: ${error.name}`);
    else throw error;
  }
}
