import { CannotListenError } from '../errors/index.js';
import { getLog } from '../logger/index.js';
import type { Terminal } from './terminal.js';

const log = getLog('command');

/**
 * Logs what the program can't go on after. If the logs go where the served module has configured them to go, whoever sits at the terminal
 * is told as well.
 */
export function reportFailure(error: unknown, logsAreOurs: boolean, terminal: Terminal): void {
  const reason = reasonOf(error);
  log.fatal('{reason}', { reason, error });
  if (!logsAreOurs) terminal.complain(`heddle: ${reason}`);
}

/** What the kernel refuses is told in a sentence; a mistake in a program is looked for by its stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof CannotListenError || error instanceof LoadError
    ? error.message
    : (error.stack ?? error.message);
}

/** A module can't be served, and its author can do something about it. */
export class LoadError extends Error {
  override readonly name: string = 'LoadError';
}
