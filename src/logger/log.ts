import { getConfig, getLogger, type Logger } from '@logtape/logtape';
import { deliverOrHold } from './buffer.js';
import { logSystem } from './context.js';
import { writeToStandardError } from './standard-error.js';

/** What a record carries beside its message, by name. */
export type LogProperties = Readonly<Record<string, unknown>>;

/** What a log needs to know of a Failure. */
export interface ILoggedFailure {
  /** The error, as it was thrown. */
  readonly value: unknown;
}

type Level = 'debug' | 'info' | 'warning' | 'error' | 'fatal';

/**
 * The log of one part of heddle (or of a program that wants its records beside heddle's).
 *
 * Records go to LogTape, under the category `heddle` and the part's name, if the program has configured LogTape; if it
 * hasn't, warnings and worse go to standard error and the rest nowhere. Messages are templates: `{port}` stands for the
 * property `port`. Each record has a property `system` besides: the log prefix of what is at work (`logSystem`).
 * No method throws, whatever the sinks do.
 */
export class Log {
  readonly #category: readonly string[];
  /** Asked for at the first record: making a log must leave no trace in LogTape's tree. */
  #logger: Logger | undefined;

  constructor(category: readonly string[]) {
    this.#category = category;
  }

  /** For who looks for a fault. Nothing unless LogTape is configured. */
  debug(message: string, properties?: LogProperties): void {
    this.#record('debug', message, properties);
  }

  /** What happens in the normal way. Nothing unless LogTape is configured. */
  info(message: string, properties?: LogProperties): void {
    this.#record('info', message, properties);
  }

  /** What somebody should know though all goes on. To standard error unless LogTape is configured. */
  warn(message: string, properties?: LogProperties): void {
    this.#record('warning', message, properties);
  }

  /** What went wrong. */
  error(message: string, properties?: LogProperties): void {
    this.#record('error', message, properties);
  }

  /** What ends the program. */
  fatal(message: string, properties?: LogProperties): void {
    this.#record('fatal', message, properties);
  }

  /**
   * An error that nobody else will hear of. Its text and stack follow the message: the record's template is
   * `message: {error}`, and its properties `error` (the error) and `failure`. Level `error`.
   * Twisted: `Logger.failure`.
   */
  failure(message: string, failure: ILoggedFailure, properties?: LogProperties): void {
    this.#record('error', `${message}: {error}`, { ...properties, failure, error: failure.value });
  }

  #record(level: Level, message: string, properties: LogProperties | undefined): void {
    if (!this.#isWanted(level)) return;
    const all = { ...properties, system: logSystem() };
    deliverOrHold(() => this.#deliver(level, message, all));
  }

  #isWanted(level: Level): boolean {
    if (getConfig() === null) return level !== 'debug' && level !== 'info';
    this.#logger ??= getLogger(this.#category);
    return this.#logger.isEnabledFor(level);
  }

  #deliver(level: Level, message: string, properties: Record<string, unknown>): void {
    try {
      if (this.#logger === undefined || getConfig() === null) {
        writeToStandardError({ level, category: this.#category, message, properties });
      } else {
        this.#logger[level](message, properties);
      }
    } catch (error) {
      // LogTape isolates its sinks but not its filters. There is no better place left to tell it than this one.
      process.stderr.write(`heddle: a log record was lost: ${String(error)}\n`);
    }
  }
}

/** The log of a part: `getLog('tcp')` has the category `heddle`, `tcp`. */
export function getLog(...category: string[]): Log {
  return new Log(['heddle', ...category]);
}
