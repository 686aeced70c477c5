import type { IAddress, IStreamClientEndpoint, IStreamServerEndpoint } from '../interfaces/index.js';
import { adoptingEndpointTypes } from './adopting-endpoint-types.js';
import { type EndpointReactor, EndpointRegistry, type EndpointType } from './endpoint-registry.js';
import { ListenFDs } from './listen-fds.js';
import { quoteStringArgument } from './quote-string-argument.js';
import { tcpEndpointTypes } from './tcp-endpoint-types.js';

/** The types of endpoints that heddle itself knows, for registries of your own: `new EndpointRegistry(builtInEndpointTypes)`. */
export const builtInEndpointTypes: readonly EndpointType[] = [
  ...tcpEndpointTypes,
  ...adoptingEndpointTypes(() => ListenFDs.fromEnvironment()),
];

/** The registry that `serverFromString`, `clientFromString` and `registerEndpoint` use. */
export const defaultEndpointRegistry = new EndpointRegistry(builtInEndpointTypes);

/**
 * The place to listen at that `description` describes: `tcp:8007:interface=127.0.0.1`, `tcp:[::1]:8007`, `systemd:domain=INET:index=0`.
 * Throws EndpointSyntaxError, which shows where the mistake is. Twisted: `serverFromString`.
 */
export function serverFromString(reactor: EndpointReactor, description: string): IStreamServerEndpoint {
  return defaultEndpointRegistry.serverFromString(reactor, description);
}

/**
 * The place to connect to that `description` describes: `tcp:example.com:80`, `tcp:[::1]:80:timeout=5`.
 * Throws EndpointSyntaxError, which shows where the mistake is. Twisted: `clientFromString`.
 */
export function clientFromString(reactor: EndpointReactor, description: string): IStreamClientEndpoint {
  return defaultEndpointRegistry.clientFromString(reactor, description);
}

/**
 * Adds a type of endpoint to those that `serverFromString` and `clientFromString` know. Disposing of what it returns takes it back.
 * Throws a RangeError for a prefix that can't be one, an Error for one that is known already.
 * Twisted: plugins for `IStreamServerEndpointStringParser` and `IStreamClientEndpointStringParserWithReactor`.
 */
export function registerEndpoint(type: EndpointType): Disposable {
  return defaultEndpointRegistry.register(type);
}

/**
 * The description by which a server listens at `address`: `tcp:8007:interface=127.0.0.1`. To be printed, say, once the kernel has
 * chosen the port. Other addresses than those of TCP are shown as they show themselves.
 */
export function serverDescription(address: IAddress): string {
  if (address.type !== 'TCP' || !('host' in address) || !('port' in address)) return address.toString();
  return `tcp:${String(address.port)}:interface=${quoteStringArgument(String(address.host))}`;
}
