import type { IListeningPort, IStreamServerEndpoint } from '../interfaces/index.js';
import { ConnectionListener, type ListenOptions } from './connection-listener.js';

/**
 * Listens, and gives out the connections in a loop:
 *
 *     for await (const connection of listen(endpoint, { signal })) void talk(connection);
 *
 * Listening begins inside the call, and the loop gets each connection once. What ends it:
 *
 *  - `break`, `return` or a throw in the loop: the port stops, and connections that wait are closed. The loop's end waits for the port's.
 *  - `stopListening()`, or the signal: the port stops; connections that wait are still given out, then the loop is over.
 *  - The port is lost: the same, but the loop then throws what its socket failed with. If listening fails in the first place, it throws that.
 *
 * Connections that were given out live on in any case: whoever has one closes it. Not in Twisted.
 */
export function listen<P extends IListeningPort>(
  endpoint: IStreamServerEndpoint<P>,
  options: ListenOptions = {},
): ConnectionListener<P> {
  return new ConnectionListener(endpoint, options);
}
