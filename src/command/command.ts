import { type LogLevel, getLogLevels } from '@logtape/logtape';
import { type Given, type OptionSpecs, lastOf } from './arguments.js';
import { LOG_FORMATS, type LogFormat } from './logs.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** One thing that `heddle` can be told to do. */
export interface Command {
  readonly name: string;
  /** The operands' names, in brackets those that may be left out. */
  readonly operands: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the help says besides, and how it is used. */
  readonly description: string;
  /** Those of its own, beside the common ones. */
  readonly options: OptionSpecs;
  /** Does it; the answer is the exit code. Throws a UsageError for what can't be. */
  run(given: Given, settings: Settings, terminal: Terminal): Promise<number>;
}

/** The options that all commands have. */
export const COMMON_OPTIONS: OptionSpecs = {
  grace: {
    value: 'SECONDS',
    help: 'how long connections may go on after SIGINT or SIGTERM (default 5)',
  },
  log: { value: 'FORMAT', help: 'text, or json: one object in each line (default text)' },
  'log-level': { value: 'LEVEL', help: `${getLogLevels().join(', ')} (default info)` },
  help: { short: 'h', help: 'show this' },
};

/** What they say. */
export interface Settings {
  /** Undefined if nothing was said about it. */
  readonly graceMs: number | undefined;
  readonly log: { readonly format: LogFormat; readonly level: LogLevel };
}

/** How long connections may go on, if nothing else is said. It is shorter than what container runtimes give (10 s and more). */
export const GRACE_MS = 5000;

/** Throws a UsageError for a value that can't be. */
export function settingsOf(given: Given): Settings {
  const grace = lastOf(given, 'grace');
  return {
    graceMs: grace === undefined ? undefined : secondsIn(grace) * 1000,
    log: {
      format: oneOf(LOG_FORMATS, lastOf(given, 'log') ?? 'text', '--log'),
      level: oneOf(getLogLevels(), lastOf(given, 'log-level') ?? 'info', '--log-level'),
    },
  };
}

function secondsIn(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`--grace must be a number of seconds, not "${text}"`);
  return Number(text);
}

function oneOf<T extends string>(known: readonly T[], text: string, option: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined)
    throw new UsageError(`${option} must be one of ${known.join(', ')}, not "${text}"`);
  return found;
}
