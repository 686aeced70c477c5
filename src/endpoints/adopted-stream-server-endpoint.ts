import { inspect } from 'node:util';
import type { Deferred } from '../defer/index.js';
import { AlreadyListened } from '../errors/index.js';
import type {
  EndpointOptions,
  IProtocolFactory,
  IReactorSocket,
  IStreamServerEndpoint,
  ITCPPort,
} from '../interfaces/index.js';
import type { Libc } from '../libc/index.js';
import { listenCancellably } from './listen-cancellably.js';
import type { TCPServerEndpointOptions } from './tcp-server-endpoint.js';

/** What a descriptor is closed with that was taken over: a reactor's driver has it. */
export interface ClosingDriver {
  /** The kernel that the descriptor belongs to. */
  readonly libc: Pick<Libc, 'close'>;
}

/** A reactor that can take sockets over, and the kernel that their descriptors belong to. */
export type AdoptingReactor = IReactorSocket & {
  /** Closes the descriptor that was given, once the port has its copy. */
  readonly driver: ClosingDriver;
};

/**
 * Accepts connections on a socket that somebody else has bound and that listens already: an init system, or the program that
 * started this one. It can listen once. The port has a copy of the descriptor, non-blocking (which the socket itself becomes), and
 * the one that was given is closed as soon as there is a port; if that fails it stays open, and `listen` may be tried again.
 *
 * Twisted: `AdoptedStreamServerEndpoint`.
 */
export class AdoptedStreamServerEndpoint implements IStreamServerEndpoint<ITCPPort> {
  readonly #reactor: AdoptingReactor;
  readonly #fileno: number;
  readonly #family: number;
  readonly #options: TCPServerEndpointOptions;
  #used = false;

  /** `family` is AF_INET or AF_INET6 (heddle/libc has both); what else it may be depends on the reactor. */
  constructor(
    reactor: AdoptingReactor,
    fileno: number,
    family: number,
    options: TCPServerEndpointOptions = {},
  ) {
    if (!Number.isInteger(fileno) || fileno < 0) {
      throw new RangeError(`A descriptor must be a whole number from 0 on, not ${fileno}`);
    }
    this.#reactor = reactor;
    this.#fileno = fileno;
    this.#family = family;
    this.#options = options;
  }

  /** Fails with AlreadyListened the second time, and with what `adoptStreamPort` throws. */
  listen(factory: IProtocolFactory, options: EndpointOptions = {}): Deferred<ITCPPort> {
    const { signal } = options;
    return listenCancellably(options, () => {
      if (this.#used) throw new AlreadyListened();
      const port = this.#reactor.adoptStreamPort(this.#fileno, this.#family, factory, {
        ...this.#options,
        ...(signal === undefined ? {} : { signal }),
      });
      this.#used = true;
      this.#reactor.driver.libc.close(this.#fileno);
      return port;
    });
  }

  /** `<AdoptedStreamServerEndpoint fd 3>`. */
  toString(): string {
    return `<AdoptedStreamServerEndpoint fd ${this.#fileno}${this.#used ? ', used' : ''}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
