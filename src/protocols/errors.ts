/** What is wrong with input, and with what was to be sent. */

/**
 * The input isn't what the protocol allows, which is the peer's fault and not the program's. Parsers throw it; a
 * receiver never does, it closes the connection with it as the reason. Make a subclass for a parser of your own.
 * Not in Twisted.
 */
export class ParseError extends Error {
  static {
    this.prototype.name = 'ParseError';
  }
}

/** A line is longer than the limit. Not in Twisted. */
export class LineTooLongError extends ParseError {
  static {
    this.prototype.name = 'LineTooLongError';
  }

  constructor(
    /** How many of its bytes are there, without the delimiter. More may have followed. */
    readonly length: number,
    /** How many bytes a line may have. */
    readonly limit: number,
  ) {
    super(`A line of ${length} bytes or more has come, and the limit is ${limit}`);
  }
}

/** The length that a peer has announced for a string is above the limit. Not in Twisted. */
export class LengthLimitExceededError extends ParseError {
  static {
    this.prototype.name = 'LengthLimitExceededError';
  }

  constructor(
    /** The announced length in bytes; of a netstring as much of it as was read. */
    readonly length: number,
    /** How many bytes a string may have. */
    readonly limit: number,
  ) {
    super(`A string of ${length} bytes or more was announced, and the limit is ${limit}`);
  }
}

/** The input isn't a netstring. Twisted: `NetstringParseError`. */
export class NetstringParseError extends ParseError {
  static {
    this.prototype.name = 'NetstringParseError';
  }
}

/** The input has ended in the middle of something. Not in Twisted. */
export class UnfinishedInputError extends ParseError {
  static {
    this.prototype.name = 'UnfinishedInputError';
  }

  constructor(
    /** The bytes that nothing followed. */
    readonly rest: Buffer,
  ) {
    super(`The input has ended in the middle of something, of which ${rest.length} bytes had come`);
  }
}

/** A string to be sent is longer than its prefix can say. Twisted: `StringTooLongError`. */
export class StringTooLongError extends RangeError {
  static {
    this.prototype.name = 'StringTooLongError';
  }

  constructor(
    /** Its length in bytes. */
    readonly length: number,
    /** The greatest length that the prefix can say. */
    readonly limit: number,
  ) {
    super(`A string of ${length} bytes can't be sent: its prefix can say ${limit} at most`);
  }
}

/** The consumer of a transfer is gone, or wants no more. Twisted: the `Exception` of `FileSender.stopProducing`. */
export class TransferStoppedError extends Error {
  static {
    this.prototype.name = 'TransferStoppedError';
  }

  constructor() {
    super('Consumer asked us to stop producing');
  }
}
