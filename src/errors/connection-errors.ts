/**
 * Why a connection ended: the values of the `reason` that a protocol's `connectionLost` gets.
 * Twisted: the family of ConnectionClosed in twisted.internet.error, whose texts these are.
 */

/** A connection ended, in order or not. Twisted: `ConnectionClosed`. */
export class ConnectionClosed extends Error {
  static {
    this.prototype.name = 'ConnectionClosed';
  }

  /** What the message begins with, without the full stop. */
  protected static readonly sentence: string = 'Connection was closed';

  /** `detail` is put behind the sentence that the class of error begins with. */
  constructor(detail = '', options?: ErrorOptions) {
    super(detail === '' ? `${new.target.sentence}.` : `${new.target.sentence}: ${detail}.`, options);
  }
}

/**
 * A connection ended without order: the peer reset it, the network failed, we aborted it.
 * `options.cause` is the SystemError that ended it, where there is one. Twisted: `ConnectionLost`.
 */
export class ConnectionLost extends ConnectionClosed {
  static {
    this.prototype.name = 'ConnectionLost';
  }

  protected static override readonly sentence: string =
    'Connection to the other side was lost in a non-clean fashion';

  /** The errno's name of what ended the connection, e.g. `ECONNRESET`; undefined if no call failed. */
  get code(): string | undefined {
    const cause = this.cause as { readonly code?: unknown } | null | undefined;
    return typeof cause?.code === 'string' ? cause.code : undefined;
  }
}

/** This side ended the connection at once, with `abortConnection`. Twisted: `ConnectionAborted`. */
export class ConnectionAborted extends ConnectionLost {
  static {
    this.prototype.name = 'ConnectionAborted';
  }

  protected static override readonly sentence: string =
    'Connection was aborted locally using ITCPTransport.abortConnection';
}

/** The descriptor vanished while the reactor was watching it. Twisted: `ConnectionFdescWentAway`. */
export class ConnectionFdescWentAway extends ConnectionLost {
  static {
    this.prototype.name = 'ConnectionFdescWentAway';
  }

  protected static override readonly sentence: string =
    'The descriptor was closed while the reactor was watching it';
}

/** More bytes were queued than the connection's `writeQueueLimit` allows, so it was aborted. Not in Twisted. */
export class WriteQueueOverflowError extends ConnectionAborted {
  static {
    this.prototype.name = 'WriteQueueOverflowError';
  }

  protected static override readonly sentence: string = 'Connection was aborted';

  constructor(
    /** Bytes that were queued. */
    readonly queuedBytes: number,
    /** Bytes that may be queued. */
    readonly limitBytes: number,
  ) {
    super(`${queuedBytes} bytes were queued and the limit is ${limitBytes}`);
  }
}

/** The peer took nothing for the connection's `slowReaderTimeoutMs`, so it was aborted. Not in Twisted. */
export class SlowReaderError extends ConnectionAborted {
  static {
    this.prototype.name = 'SlowReaderError';
  }

  protected static override readonly sentence: string = 'Connection was aborted';

  constructor(
    /** Bytes that were queued. */
    readonly queuedBytes: number,
    /** How long the peer took nothing, in ms. */
    readonly timeoutMs: number,
  ) {
    super(`the peer took none of ${queuedBytes} queued bytes for ${timeoutMs} ms`);
  }
}

/**
 * A file that was being sent could not be sent to its end, so the connection was aborted: the peer has been promised bytes that will not come.
 * `cause` is the error that reading the file ended with; there is none if it was too short. Not in Twisted.
 */
export class FileSendError extends ConnectionAborted {
  static {
    this.prototype.name = 'FileSendError';
  }

  protected static override readonly sentence: string = 'Connection was aborted';

  constructor(
    /** Bytes of the file that were to be sent and were not. */
    readonly bytesMissing: number,
    why: string,
    options?: ErrorOptions,
  ) {
    super(`a file ${why}, and ${bytesMissing} bytes of it are missing`, options);
  }
}

/** A connection ended in order: the peer ended its writing, or we closed. Twisted: `ConnectionDone`. */
export class ConnectionDone extends ConnectionClosed {
  static {
    this.prototype.name = 'ConnectionDone';
  }

  protected static override readonly sentence: string = 'Connection was closed cleanly';
}

/** The descriptor was given away with `detach()`: the connection lives on without its transport. Not in Twisted. */
export class ConnectionDetached extends ConnectionDone {
  static {
    this.prototype.name = 'ConnectionDetached';
  }

  protected static override readonly sentence: string = 'The descriptor was detached from its transport';
}

/** A socket was needed and there is none any more. Not in Twisted. */
export class NotConnectedError extends Error {
  static {
    this.prototype.name = 'NotConnectedError';
  }

  constructor(message = 'The connection is gone', options?: ErrorOptions) {
    super(message, options);
  }
}
