import type { Deferred } from '../defer/index.js';
import type { EndpointOptions, IStreamClientEndpoint } from '../interfaces/index.js';
import type { StreamConnection } from './stream-connection.js';
import { type StreamConnectionOptions, StreamFactory } from './stream-protocol.js';

/** Options of {@link connect}. */
export interface ConnectOptions extends EndpointOptions, StreamConnectionOptions {}

/**
 * Connects, to read and write in loops. It fails as the endpoint's `connect` does; cancelling it, or aborting the signal, gives
 * the attempt up. Not in Twisted.
 */
export function connect(
  endpoint: IStreamClientEndpoint,
  options: ConnectOptions = {},
): Deferred<StreamConnection> {
  const { signal, ...others } = options;
  return endpoint
    .connect(new StreamFactory(others), signal === undefined ? {} : { signal })
    .addCallback(({ connection }) => connection);
}
