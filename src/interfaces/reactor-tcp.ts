import type { IClientFactory, IProtocolFactory } from './protocol.js';
import type { IConnector } from './connector.js';
import type { ITCPPort } from './listening-port.js';
import type { IFileDescriptorReservation } from './reservation.js';
import type { AddressFamily, IHostnameResolver } from './resolver.js';
import type { KeepAliveOptions, ITCPTransport } from './transport.js';

/** Options of every connection of a port or connector. Times in ms, sizes in bytes. */
export interface ConnectionOptions {
  /** TCP_NODELAY from the start. Default false. */
  readonly noDelay?: boolean;
  /** SO_KEEPALIVE from the start, with its times if an object is given. Default false. */
  readonly keepAlive?: boolean | KeepAliveOptions;
  /** TCP_USER_TIMEOUT from the start. */
  readonly userTimeoutMs?: number;
  /** High-water mark of the write queue. Default 65,536. */
  readonly writeBufferSize?: number;
  /**
   * More bytes queued than this, those of files not counted, abort the connection. Default: no limit. Who sends back what comes
   * needs room for what one `dataReceived` may bring, 256 KiB, above `writeBufferSize`.
   */
  readonly writeQueueLimit?: number;
  /** A peer that takes nothing for so long though bytes are queued loses its connection. Default: no limit. */
  readonly slowReaderTimeoutMs?: number;
  /** After `loseConnection`, how long to wait for the peer's end. Default 5,000; 0 closes at once. */
  readonly lingerMs?: number;
  /** After `loseConnection`, how much of the peer's input to discard before closing anyway. Default 16 MiB. */
  readonly lingerBytes?: number;
}

/** What a client that has to be shed gets: an end (FIN), a reset (RST), or these bytes and an end. */
export type ShedPolicy =
  | 'fin'
  | 'reset'
  | {
      /** What is sent before the end. It should fit into the socket's buffer: what doesn't is left out. */
      readonly farewell: Uint8Array;
    };

export interface ListenTCPOptions extends ConnectionOptions {
  /** Length of the kernel's queue of waiting clients. Default 4096; the kernel cuts it to net.core.somaxconn. */
  readonly backlog?: number;
  /** The IPv4 or IPv6 address to bind, with `%scope` if link-local. Default '': all of IPv4. '::' is all of IPv6. */
  readonly interface?: string;
  /** SO_REUSEPORT: several sockets on one port share its clients. Default false. */
  readonly reusePort?: boolean;
  /** IPV6_V6ONLY: true for IPv6 only, false for dual stack on '::'. Default: the system's setting. */
  readonly ipv6Only?: boolean;
  /** The spare descriptor. Default: the one of this thread. */
  readonly reservation?: IFileDescriptorReservation;
  /** What shed clients get. Default 'fin'. */
  readonly shed?: ShedPolicy;
  /** accept calls in a turn at first; it adapts to what comes, as Twisted's. Default 100. */
  readonly numberAccepts?: number;
  /** The share of the soft limit, 0 to 1, at which `descriptorsLow` is told. Default 0.9. */
  readonly descriptorsLowAt?: number;
  /** Aborting it does what `stopListening()` does; aborted already, it makes `listenTCP` throw its reason. */
  readonly signal?: AbortSignal;
}

export interface ConnectTCPOptions extends ConnectionOptions {
  /** In seconds, for the whole attempt, name look-up included; 0 is no limit. Default 30. */
  readonly timeout?: number;
  /** The local address to connect from. */
  readonly bindAddress?: {
    /** An IP address of this machine. Default: the kernel chooses. */
    readonly host?: string;
    /** Default: 0, any free one. */
    readonly port?: number;
  };
  /** Aborting it stops the attempt: `clientConnectionFailed` gets a ConnectingCancelledError. After that it does nothing. */
  readonly signal?: AbortSignal;
  /** Finds the addresses of names. Default: the reactor's. */
  readonly resolver?: IHostnameResolver;
  /** The families that a name may be looked up in; both by default. An address written as text is of its own family. */
  readonly families?: readonly AddressFamily[];
  /** RFC 8305 connection attempt delay. Default 250. */
  readonly attemptDelayMs?: number;
  /** RFC 8305 resolution delay: how long IPv6 addresses may come after the first IPv4 address. Default 50. */
  readonly resolutionDelayMs?: number;
}

/** Twisted: `IReactorTCP`. */
export interface IReactorTCP {
  /**
   * Accepts connections on `port` (0: one that is free) for `factory`, from now on.
   * Throws CannotListenError (address and errno in it), a RangeError for a port outside 0 to 65535.
   */
  listenTCP(port: number, factory: IProtocolFactory, options?: ListenTCPOptions): ITCPPort;
  /**
   * Connects to `host` (an address or a name) and gives the connection a protocol of `factory`. `port` may be the
   * name of a service; an unknown one throws ServiceNameUnknownError, a number outside 1 to 65535 a RangeError.
   * All other failures come to `factory.clientConnectionFailed`, in a later turn.
   */
  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options?: ConnectTCPOptions,
  ): IConnector;
}

/** Twisted: `IReactorSocket`. The families are libc's AF_INET (2) and AF_INET6 (10). */
export interface IReactorSocket {
  /**
   * Accepts connections on a socket that listens already. The descriptor is duplicated: the caller keeps and
   * closes its own. Stopping closes the copy without shutting the socket down.
   * Throws a SystemError (EBADF, ENOTSOCK), UnsupportedAddressFamily, UnsupportedSocketType.
   */
  adoptStreamPort(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options?: ListenTCPOptions,
  ): ITCPPort;
  /**
   * Gives a connected socket a protocol of `factory` (whose doStart and doStop are not called). The descriptor
   * is duplicated. Returns null if buildProtocol refused. Throws as `adoptStreamPort`.
   */
  adoptStreamConnection(
    fd: number,
    family: number,
    factory: IProtocolFactory,
    options?: ConnectionOptions,
  ): ITCPTransport | null;
}
