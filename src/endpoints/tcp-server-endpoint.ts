import { inspect } from 'node:util';
import type { Deferred } from '../defer/index.js';
import type {
  EndpointOptions,
  IProtocolFactory,
  IReactorTCP,
  IStreamServerEndpoint,
  ITCPPort,
  ListenTCPOptions,
} from '../interfaces/index.js';
import { listenCancellably } from './listen-cancellably.js';
import { requireFamily, requirePort } from './tcp-address.js';

/** Options of the endpoints that listen by TCP: those of `listenTCP`. */
export type TCPServerEndpointOptions = Omit<ListenTCPOptions, 'signal'>;

abstract class TCPServerEndpoint implements IStreamServerEndpoint<ITCPPort> {
  readonly #reactor: IReactorTCP;
  readonly #port: number;
  readonly #options: TCPServerEndpointOptions;

  constructor(reactor: IReactorTCP, port: number, options: TCPServerEndpointOptions) {
    this.#reactor = reactor;
    this.#port = requirePort(port, 0);
    this.#options = options;
  }

  listen(factory: IProtocolFactory, options: EndpointOptions = {}): Deferred<ITCPPort> {
    const { signal } = options;
    return listenCancellably(options, () =>
      this.#reactor.listenTCP(this.#port, factory, {
        ...this.#options,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  }

  /** `<TCP4ServerEndpoint 127.0.0.1:8007>`; `*` stands for any address. */
  toString(): string {
    const host = this.#options.interface ?? '';
    const where = host === '' ? '*' : host.includes(':') ? `[${host}]` : host;
    return `<${this.constructor.name} ${where}:${this.#port}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Listens by TCP on IPv4: on the address `interface`, or on all. Twisted: `TCP4ServerEndpoint`. */
export class TCP4ServerEndpoint extends TCPServerEndpoint {
  /** Throws a RangeError for a port outside 0 to 65535, or an `interface` that is an IPv6 address. */
  constructor(reactor: IReactorTCP, port: number, options: TCPServerEndpointOptions = {}) {
    requireFamily(options.interface ?? '', 4, 'use TCP6ServerEndpoint');
    super(reactor, port, options);
  }
}

/**
 * Listens by TCP on IPv6: on the address `interface`, or on all, which takes IPv4 clients as well unless `ipv6Only` or the
 * system forbids it. Twisted: `TCP6ServerEndpoint`.
 */
export class TCP6ServerEndpoint extends TCPServerEndpoint {
  /** Throws a RangeError for a port outside 0 to 65535, or an `interface` that is an IPv4 address. */
  constructor(reactor: IReactorTCP, port: number, options: TCPServerEndpointOptions = {}) {
    requireFamily(options.interface ?? '', 6, 'use TCP4ServerEndpoint');
    super(reactor, port, { interface: '::', ...options });
  }
}
