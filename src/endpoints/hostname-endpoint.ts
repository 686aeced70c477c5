import type { AddressFamily, IReactorTCP } from '../interfaces/index.js';
import { familyOfText } from './tcp-address.js';
import { TCPClientEndpoint, type TCPClientEndpointOptions } from './tcp-client-endpoint.js';

/**
 * Connects by TCP to a host by whichever of its addresses answers first ("Happy Eyeballs", RFC 8305): the families take
 * turns, an attempt has 250 ms (`attemptDelayMs`) before the next begins beside it, and a failure makes the next begin at once.
 * If all attempts fail it fails with an AggregateError of all their errors, or with the error itself if there was only one.
 *
 * A name beyond ASCII is asked for in its IDNA form. What can't be a name at all fails the connecting, not the making of
 * the endpoint. Twisted: `HostnameEndpoint`.
 */
export class HostnameEndpoint extends TCPClientEndpoint {
  /** Throws a RangeError for a bad port, ServiceNameUnknownError for a service that isn't known. */
  constructor(
    reactor: IReactorTCP,
    host: string,
    port: number | string,
    options: TCPClientEndpointOptions = {},
  ) {
    super(reactor, host, port, familiesFor(options.bindAddress), options);
  }
}

/** From an IPv4 address nothing but IPv4 addresses can be reached, and the like: the others needn't be tried. */
function familiesFor(
  bindAddress: TCPClientEndpointOptions['bindAddress'],
): readonly AddressFamily[] | undefined {
  const host = typeof bindAddress === 'string' ? bindAddress : bindAddress?.host;
  const family = host === undefined ? undefined : familyOfText(host);
  return family === undefined ? undefined : [family];
}
