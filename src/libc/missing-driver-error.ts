/** A driver was chosen whose package isn't there. The message says what to install. */
export class MissingDriverError extends Error {
  override readonly name = 'MissingDriverError';

  constructor(driver: string, command: string, cause?: unknown) {
    super(`The ${driver} driver needs a package that isn't installed: run \`${command}\``, { cause });
  }
}

/** The system, or the thread, isn't one that a driver can work on. */
export class UnsupportedPlatformError extends Error {
  override readonly name = 'UnsupportedPlatformError';
}
