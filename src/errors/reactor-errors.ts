/** Misuse of a reactor, thrown at once. Twisted: twisted.internet.error. */

/** `stop()` was called and the reactor doesn't run. Twisted: `ReactorNotRunning`. */
export class ReactorNotRunning extends Error {
  static {
    this.prototype.name = 'ReactorNotRunning';
  }

  constructor(message = 'The reactor is not running', options?: ErrorOptions) {
    super(message, options);
  }
}

/** `run()` was called and the reactor runs already. Twisted: `ReactorAlreadyRunning`. */
export class ReactorAlreadyRunning extends Error {
  static {
    this.prototype.name = 'ReactorAlreadyRunning';
  }

  constructor(message = 'The reactor is running already', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Anything but `close()` was called on a closed reactor. Not in Twisted. */
export class ReactorClosedError extends Error {
  static {
    this.prototype.name = 'ReactorClosedError';
  }

  constructor(message = 'The reactor is closed', options?: ErrorOptions) {
    super(message, options);
  }
}

/** There is a default reactor already. Twisted: `ReactorAlreadyInstalledError`. */
export class ReactorAlreadyInstalledError extends Error {
  static {
    this.prototype.name = 'ReactorAlreadyInstalledError';
  }

  constructor(message = 'A reactor is installed already', options?: ErrorOptions) {
    super(message, options);
  }
}
