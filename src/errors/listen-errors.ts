/** Why a socket couldn't be made ready for others to reach. Twisted: twisted.internet.error. */

/** A local address can't be had. Twisted: `BindError`. */
export class BindError extends Error {
  static {
    this.prototype.name = 'BindError';
  }
}

/** A port can't be listened on. Twisted: `CannotListenError`. */
export class CannotListenError extends BindError {
  static {
    this.prototype.name = 'CannotListenError';
  }

  /** The address that was asked for; '' for any. */
  readonly interface: string;

  constructor(
    address: string,
    /** The port number, or the path of a UNIX socket. */
    readonly port: number | string,
    /** What failed; it is the `cause` as well. Its message names the call and the errno. */
    readonly socketError: Error,
  ) {
    const host = address === '' ? 'any' : address.includes(':') ? `[${address}]` : address;
    super(`Couldn't listen on ${host}:${port}: ${socketError.message}.`, { cause: socketError });
    this.interface = address;
  }

  /** The errno's name, e.g. `EADDRINUSE`; undefined if no call failed. */
  get code(): string | undefined {
    const code = (this.socketError as { readonly code?: unknown }).code;
    return typeof code === 'string' ? code : undefined;
  }
}

/** An endpoint that can listen only once was asked again. Twisted: `AlreadyListened`. */
export class AlreadyListened extends Error {
  static {
    this.prototype.name = 'AlreadyListened';
  }

  constructor(message = 'This endpoint can listen only once and has done so', options?: ErrorOptions) {
    super(message, options);
  }
}

/** The port doesn't listen. Twisted: `NotListeningError`. */
export class NotListeningError extends Error {
  static {
    this.prototype.name = 'NotListeningError';
  }

  constructor(message = 'The port is not listening', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A descriptor to be adopted is of a family that can't be. Twisted: `UnsupportedAddressFamily`. */
export class UnsupportedAddressFamily extends Error {
  static {
    this.prototype.name = 'UnsupportedAddressFamily';
  }

  constructor(
    /** The family's number, as in socket(2). */
    readonly family: number,
    message = `Address family ${family} is not supported here`,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A descriptor to be adopted isn't the kind of socket that is needed. Twisted: `UnsupportedSocketType`. */
export class UnsupportedSocketType extends Error {
  static {
    this.prototype.name = 'UnsupportedSocketType';
  }

  constructor(
    /** The type's number, as in socket(2). */
    readonly socketType: number,
    message = `Socket type ${socketType} is not supported here`,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
