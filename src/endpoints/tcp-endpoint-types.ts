import type {
  AddressFamily,
  IReactorTCP,
  IStreamClientEndpoint,
  IStreamServerEndpoint,
} from '../interfaces/index.js';
import type { EndpointArguments } from './endpoint-arguments.js';
import type { EndpointType } from './endpoint-registry.js';
import { HostnameEndpoint } from './hostname-endpoint.js';
import { familyOfText } from './tcp-address.js';
import {
  TCP4ClientEndpoint,
  TCP6ClientEndpoint,
  type TCPClientEndpointOptions,
} from './tcp-client-endpoint.js';
import {
  TCP4ServerEndpoint,
  TCP6ServerEndpoint,
  type TCPServerEndpointOptions,
} from './tcp-server-endpoint.js';

/**
 * `tcp:`, `tcp4:` and `tcp6:`, for servers and for clients.
 *
 *     tcp:PORT[:interface=ADDRESS][:backlog=N]       tcp:HOST:PORT[:timeout=SECONDS][:bindAddress=ADDRESS]
 *     tcp:ADDRESS:PORT
 *
 * A server's address may also stand first, as in a URL; Twisted has it in the second place. For a client `tcp:` is whatever
 * address the host has (RFC 8305); `tcp4:` and `tcp6:` are for one family.
 */

/** Without the properties that are undefined: an option that was left out must not be there. */
function defined<T extends object>(options: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Throws EndpointSyntaxError if the address in a field is of another family than the endpoint. */
function requireFamily(given: EndpointArguments, name: string, family: AddressFamily | undefined): void {
  const text = given.text(name) ?? '';
  const actual = familyOfText(text);
  if (family !== undefined && actual !== undefined && actual !== family) {
    throw given.error(name, `${text} is an IPv${actual} address, and ${given.type}: is for IPv${family}`);
  }
}

function server(
  reactor: IReactorTCP,
  given: EndpointArguments,
  family?: AddressFamily,
): IStreamServerEndpoint {
  const [first = '', second] = given.positional;
  const addressFirst = second !== undefined && familyOfText(first) !== undefined;
  given.places(...(addressFirst ? ['interface', 'port', 'backlog'] : ['port', 'interface', 'backlog']));
  const port = given.port('port', 0, `${given.type}:PORT or ${given.type}:PORT:interface=ADDRESS`);
  // An empty one is the default, as in Twisted.
  const host = given.text('interface') === '' ? undefined : given.ipAddress('interface');
  requireFamily(given, 'interface', family);
  const options = defined<TCPServerEndpointOptions>({
    interface: host,
    backlog: given.wholeNumber('backlog', { min: 0 }),
    reusePort: given.flag('reusePort'),
    ipv6Only: given.flag('ipv6Only'),
    noDelay: given.flag('noDelay'),
    keepAlive: given.flag('keepAlive'),
  });
  const Endpoint = (family ?? familyOfText(host ?? '')) === 6 ? TCP6ServerEndpoint : TCP4ServerEndpoint;
  return new Endpoint(reactor, port, options);
}

function client(
  reactor: IReactorTCP,
  given: EndpointArguments,
  family?: AddressFamily,
): IStreamClientEndpoint {
  // With the host given by its name, the part without a name is the port.
  given.places(...(given.has('host') ? ['port'] : ['host', 'port']));
  const form = `${given.type}:HOST:PORT`;
  const host = given.required('host', form);
  // What a look-up could only say "no such name" to, such as the rest of a URL.
  if (/[\s/[\]]/.test(host)) throw given.error('host', `${JSON.stringify(host)} is not the name of a host`);
  const port = given.port('port', 1, form);
  requireFamily(given, 'host', family);
  const options = defined<TCPClientEndpointOptions>({
    timeout: given.number('timeout', { min: 0 }),
    bindAddress: given.ipAddress('bindAddress'),
    attemptDelayMs: given.number('attemptDelayMs', { min: 0 }),
    noDelay: given.flag('noDelay'),
    keepAlive: given.flag('keepAlive'),
  });
  requireFamily(given, 'bindAddress', family ?? familyOfText(host));
  const Endpoint = family === 4 ? TCP4ClientEndpoint : family === 6 ? TCP6ClientEndpoint : HostnameEndpoint;
  return new Endpoint(reactor, host, port, options);
}

export const tcpEndpointTypes: readonly EndpointType[] = [
  {
    prefix: 'tcp',
    server: (reactor, given) => server(reactor, given),
    client: (reactor, given) => client(reactor, given),
  },
  {
    prefix: 'tcp4',
    server: (reactor, given) => server(reactor, given, 4),
    client: (reactor, given) => client(reactor, given, 4),
  },
  {
    prefix: 'tcp6',
    server: (reactor, given) => server(reactor, given, 6),
    client: (reactor, given) => client(reactor, given, 6),
  },
];
