/**
 * Thrown by the main function of {@link react}, or failed with, it ends the program with this exit status. It is not logged:
 * a program that ends so has said what it had to say. Twisted: Python's `SystemExit`.
 */
export class SystemExit extends Error {
  override readonly name: string = 'SystemExit';
  /** The exit status: 0 for success. */
  readonly code: number;

  /** Throws a RangeError unless `code` is a whole number from 0 to 255. */
  constructor(code = 0, options?: ErrorOptions) {
    super(`The program ends with exit status ${code}`, options);
    if (!(Number.isInteger(code) && code >= 0 && code <= 255)) {
      throw new RangeError(`An exit status must be a whole number from 0 to 255, not ${code}`);
    }
    this.code = code;
  }
}
