import type { Server } from 'node:http';
import { DuplexFactory, type IListeningPort, type IStreamServerEndpoint } from '../../../src/index.js';

/** Has node's HTTP server serve the connections of a heddle endpoint. */
export async function serveHTTP(endpoint: IStreamServerEndpoint, web: Server): Promise<IListeningPort> {
  // As with node's own sockets: TCP_NODELAY, and a 400 isn't followed by a reset.
  const factory = new DuplexFactory((stream) => void web.emit('connection', stream.setNoDelay()), {
    resetOnError: false,
  });
  const port = await endpoint.listen(factory);
  // node:http begins here to look for connections that outlast headersTimeout and requestTimeout.
  web.emit('listening');
  return port;
}

/** Accepts no more; ends connections at once if they are idle, the others when they have their answer. */
export async function stopHTTP(port: IListeningPort, web: Server): Promise<void> {
  await port.stopListening();
  web.close();
}
