/** What a transport of packets refuses to send. Twisted: twisted.internet.error. */

/** The text isn't an IP address. Twisted: `InvalidAddressError`, a kind of ValueError. */
export class InvalidAddressError extends RangeError {
  static {
    this.prototype.name = 'InvalidAddressError';
  }

  constructor(
    /** The text that was given. */
    readonly address: string,
    message = 'not an IP address',
    options?: ErrorOptions,
  ) {
    super(`Invalid address ${JSON.stringify(address)}: ${message}`, options);
  }
}

/** The packet is too long to be sent (EMSGSIZE). Twisted: `MessageLengthError`. */
export class MessageLengthError extends Error {
  static {
    this.prototype.name = 'MessageLengthError';
  }

  constructor(message = 'The message is too long', options?: ErrorOptions) {
    super(message, options);
  }
}
