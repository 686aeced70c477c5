/** The command line asks for something that can't be. Its message is one sentence, for the person who typed it. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
