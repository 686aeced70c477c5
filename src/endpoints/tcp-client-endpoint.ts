import { inspect } from 'node:util';
import type { HostnameAddress } from '../address/index.js';
import type { Deferred } from '../defer/index.js';
import type {
  AddressFamily,
  ConnectTCPOptions,
  EndpointOptions,
  IInternetAddress,
  IProtocol,
  IProtocolFactory,
  IReactorTCP,
  IStreamClientEndpoint,
} from '../interfaces/index.js';
import { connectFactory } from './connect-factory.js';
import { destinationOf, remotePort, requireFamily } from './tcp-address.js';

/** Options of the endpoints that connect by TCP. `timeout` is in seconds, for the whole attempt; 30 unless it is given. */
export interface TCPClientEndpointOptions extends Omit<
  ConnectTCPOptions,
  'signal' | 'families' | 'bindAddress'
> {
  /** The local address to connect from; as text it is the host alone. */
  readonly bindAddress?: string | NonNullable<ConnectTCPOptions['bindAddress']>;
}

/** What the endpoints that connect by TCP have in common: all but which families they take. */
export abstract class TCPClientEndpoint implements IStreamClientEndpoint {
  readonly #reactor: IReactorTCP;
  readonly #destination: IInternetAddress | HostnameAddress;
  readonly #options: ConnectTCPOptions;

  /** Throws a RangeError for a port outside 1 to 65535, ServiceNameUnknownError for a service that isn't known. */
  constructor(
    reactor: IReactorTCP,
    host: string,
    port: number | string,
    families: readonly AddressFamily[] | undefined,
    options: TCPClientEndpointOptions,
  ) {
    if (typeof host !== 'string') throw new TypeError('The host must be a string');
    const { bindAddress, ...others } = options;
    this.#reactor = reactor;
    this.#destination = destinationOf(host, remotePort(port));
    this.#options = {
      ...others,
      ...(families === undefined ? {} : { families }),
      ...(bindAddress === undefined
        ? {}
        : { bindAddress: typeof bindAddress === 'string' ? { host: bindAddress } : bindAddress }),
    };
  }

  /** Where it connects to: an IP address, or the name of a host. */
  get destination(): IInternetAddress | HostnameAddress {
    return this.#destination;
  }

  connect<P extends IProtocol>(factory: IProtocolFactory<P>, options: EndpointOptions = {}): Deferred<P> {
    const { host, port } = this.#destination;
    return connectFactory(factory, this.#destination, options, (wrapping) =>
      this.#reactor.connectTCP(host, port, wrapping, this.#options),
    );
  }

  /** `<HostnameEndpoint example.com:80>`. */
  toString(): string {
    const { host, port } = this.#destination;
    return `<${this.constructor.name} ${host.includes(':') ? `[${host}]` : host}:${port}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * Connects by TCP to an IPv4 address, or to a host by the IPv4 addresses that its name has. Twisted: `TCP4ClientEndpoint`.
 * A program that doesn't mind the family is better off with `HostnameEndpoint`.
 */
export class TCP4ClientEndpoint extends TCPClientEndpoint {
  /** Throws a RangeError for an IPv6 address or a bad port, ServiceNameUnknownError for a service that isn't known. */
  constructor(
    reactor: IReactorTCP,
    host: string,
    port: number | string,
    options: TCPClientEndpointOptions = {},
  ) {
    requireFamily(host, 4, 'use TCP6ClientEndpoint or HostnameEndpoint');
    super(reactor, host, port, [4], options);
  }
}

/** Connects by TCP to an IPv6 address, or to a host by the IPv6 addresses that its name has. Twisted: `TCP6ClientEndpoint`. */
export class TCP6ClientEndpoint extends TCPClientEndpoint {
  /** Throws a RangeError for an IPv4 address or a bad port, ServiceNameUnknownError for a service that isn't known. */
  constructor(
    reactor: IReactorTCP,
    host: string,
    port: number | string,
    options: TCPClientEndpointOptions = {},
  ) {
    requireFamily(host, 6, 'use TCP4ClientEndpoint or HostnameEndpoint');
    super(reactor, host, port, [6], options);
  }
}
