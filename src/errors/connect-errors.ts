import type { IAddress } from '../interfaces/address.js';

/**
 * Why an attempt to connect failed.
 * Twisted: the family of ConnectError in twisted.internet.error, whose texts these are.
 */

/** An attempt to connect failed. Twisted: `ConnectError`. */
export class ConnectError extends Error {
  static {
    this.prototype.name = 'ConnectError';
  }

  /** What the message begins with, without the full stop. */
  protected static readonly sentence: string = 'An error occurred while connecting';

  readonly #osError: Error | null;

  constructor(osError: Error | null = null, detail = '', options?: ErrorOptions) {
    const message = [new.target.sentence, osError?.message ?? '', detail]
      .filter((part) => part !== '')
      .join(': ');
    super(`${message}.`, options ?? (osError === null ? undefined : { cause: osError }));
    this.#osError = osError;
  }

  /** The system's error, or null if no call failed. It is the `cause` as well, unless another is given. */
  get osError(): Error | null {
    return this.#osError;
  }

  /** The errno's name, e.g. `EHOSTUNREACH`; undefined if no call failed. */
  get code(): string | undefined {
    const code = (this.#osError as { readonly code?: unknown } | null)?.code;
    return typeof code === 'string' ? code : undefined;
  }
}

/** The socket couldn't be made or bound to its local address. Twisted: `ConnectBindError`. */
export class ConnectBindError extends ConnectError {
  static {
    this.prototype.name = 'ConnectBindError';
  }

  protected static override readonly sentence: string = "Couldn't bind";
}

/** The name of the host has no address. Twisted: `UnknownHostError`. */
export class UnknownHostError extends ConnectError {
  static {
    this.prototype.name = 'UnknownHostError';
  }

  protected static override readonly sentence: string = "Hostname couldn't be looked up";
}

/** The network can't be reached (ENETUNREACH). Twisted: `NoRouteError`. */
export class NoRouteError extends ConnectError {
  static {
    this.prototype.name = 'NoRouteError';
  }

  protected static override readonly sentence: string = 'No route to host';
}

/** Nobody listens there (ECONNREFUSED). Twisted: `ConnectionRefusedError`. */
export class ConnectionRefusedError extends ConnectError {
  static {
    this.prototype.name = 'ConnectionRefusedError';
  }

  protected static override readonly sentence: string = 'Connection was refused by other side';
}

/** The kernel gave up waiting for an answer (ETIMEDOUT). Twisted: `TCPTimedOutError`. */
export class TCPTimedOutError extends ConnectError {
  static {
    this.prototype.name = 'TCPTimedOutError';
  }

  protected static override readonly sentence: string = 'TCP connection timed out';
}

/** What lies at the path isn't a socket to connect to. Twisted: `BadFileError`. */
export class BadFileError extends ConnectError {
  static {
    this.prototype.name = 'BadFileError';
  }

  protected static override readonly sentence: string = 'File used for UNIX socket is no good';
}

/** No service of that name is known. Twisted: `ServiceNameUnknownError`. */
export class ServiceNameUnknownError extends ConnectError {
  static {
    this.prototype.name = 'ServiceNameUnknownError';
  }

  protected static override readonly sentence: string = 'Service name given as port is unknown';
}

/** The user stopped the attempt. Twisted: `UserError`. */
export class UserError extends ConnectError {
  static {
    this.prototype.name = 'UserError';
  }

  protected static override readonly sentence: string = 'User aborted connection';
}

/** The user's time for the attempt was up. Twisted: `TimeoutError`. */
export class TimeoutError extends UserError {
  static {
    this.prototype.name = 'TimeoutError';
  }

  protected static override readonly sentence: string = 'User timeout caused connection failure';
}

/** A name has no address, or the look-up itself failed. Twisted: `DNSLookupError`. */
export class DNSLookupError extends Error {
  static {
    this.prototype.name = 'DNSLookupError';
  }

  /** `options.cause` is the resolver's own error. */
  constructor(detail = '', options?: ErrorOptions) {
    super(detail === '' ? 'DNS lookup failed.' : `DNS lookup failed: ${detail}.`, options);
  }

  /** The resolver's code, e.g. `ENOTFOUND` or `EAI_AGAIN`; undefined if it gave none. */
  get code(): string | undefined {
    const cause = this.cause as { readonly code?: unknown } | null | undefined;
    return typeof cause?.code === 'string' ? cause.code : undefined;
  }
}

/** An attempt is under way already. Twisted: `ConnectInProgressError`. */
export class ConnectInProgressError extends Error {
  static {
    this.prototype.name = 'ConnectInProgressError';
  }

  constructor(message = 'A connect operation is in progress already', options?: ErrorOptions) {
    super(message, options);
  }
}

/** `stopConnecting` was called and nothing was being connected. Twisted: `NotConnectingError`. */
export class NotConnectingError extends Error {
  static {
    this.prototype.name = 'NotConnectingError';
  }

  constructor(message = 'There is no attempt to connect that could be stopped', options?: ErrorOptions) {
    super(message, options);
  }
}

/** The attempt was cancelled before it came to an end. Twisted: `ConnectingCancelledError`. */
export class ConnectingCancelledError extends Error {
  static {
    this.prototype.name = 'ConnectingCancelledError';
  }

  constructor(
    /** Where the attempt was going. */
    readonly address: IAddress,
    options?: ErrorOptions,
  ) {
    super(`Connecting to ${address.toString()} was cancelled`, options);
  }
}

/** The factory's `buildProtocol` answered null, so there is nothing to hand out. Twisted: `NoProtocol`. */
export class NoProtocol extends Error {
  static {
    this.prototype.name = 'NoProtocol';
  }

  constructor(message = 'The factory built no protocol for the connection', options?: ErrorOptions) {
    super(message, options);
  }
}
