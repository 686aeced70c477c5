import { type EndpointReactor, serverFromString } from '../endpoints/index.js';
import type { IListeningPort, IProtocolFactory } from '../interfaces/index.js';
import type { Deferred } from '../defer/index.js';
import { getReactor } from '../reactor/index.js';
import { type ServerServiceOptions } from './server-service.js';
import { StreamServerEndpointService } from './stream-server-endpoint-service.js';

/** Servers from descriptions: `tcp:8007:interface=127.0.0.1`. Twisted: `twisted.application.strports`. */

export interface StrportsServiceOptions extends ServerServiceOptions {
  /** Default: the default one. */
  readonly reactor?: EndpointReactor;
}

/**
 * A service that listens on the endpoint that `description` describes. A failure to listen fails its start. Throws what
 * `serverFromString` throws, an EndpointSyntaxError for a description with a fault. Twisted: `strports.service`.
 */
export function service(
  description: string,
  factory: IProtocolFactory,
  options: StrportsServiceOptions = {},
): StreamServerEndpointService {
  const { reactor = getReactor(), ...serviceOptions } = options;
  const { callLater } = reactor;
  return new StreamServerEndpointService(serverFromString(reactor, description), factory, {
    ...(callLater === undefined ? {} : { clock: { callLater: callLater.bind(reactor) } }),
    ...serviceOptions,
    failOnListenError: true,
  });
}

/** Listens there, without a service. Twisted: `strports.listen`. */
export function listen(
  description: string,
  factory: IProtocolFactory,
  options: Pick<StrportsServiceOptions, 'reactor'> = {},
): Deferred<IListeningPort> {
  const { reactor = getReactor() } = options;
  return serverFromString(reactor, description).listen(factory);
}
