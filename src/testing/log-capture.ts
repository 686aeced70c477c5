import { configureSync, getConfig, resetSync, type Config, type LogRecord } from '@logtape/logtape';
import type { ErrorClass } from '../defer/index.js';

/** Which records are meant: those whose error is of this class, or those that this function says yes to. */
export type RecordChoice = ErrorClass | ((record: LogRecord) => boolean);

/**
 * heddle's log records, kept instead of delivered while this is in use. LogTape has one configuration for a whole thread:
 * the one that was there before is put back by `[Symbol.dispose]`, and captures must end in the reverse order of their
 * beginning.
 *
 * Records of the levels `error` and `fatal` are meant to be looked at: `flushErrors` takes out those that a test expects, and
 * what is left in `errors` at its end is a fault. Twisted: `capturedLogs`, `EventLoggingObserver`; see also `flushLoggedErrors`.
 */
export class LogCapture implements Disposable {
  /** Those in use, the innermost one last. */
  static readonly #inUse: LogCapture[] = [];

  /** The one that gets the records now, if one does. */
  static get current(): LogCapture | undefined {
    return LogCapture.#inUse.at(-1);
  }

  /** All records, the flushed ones too, in the order of their making. */
  readonly records: LogRecord[] = [];
  readonly #before: Config<string, string> | null = getConfig();
  readonly #flushed = new Set<LogRecord>();
  #disposed = false;
  constructor() {
    configureSync({
      reset: true,
      sinks: { capture: (record) => this.records.push(record) },
      loggers: [
        { category: 'heddle', sinks: ['capture'], lowestLevel: 'debug' },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
    LogCapture.#inUse.push(this);
  }

  /** The records' texts, with their properties filled in. */
  get messages(): string[] {
    return this.records.map(messageOf);
  }

  /** The records of the levels `error` and `fatal` that nobody has flushed yet. */
  get errors(): LogRecord[] {
    return this.records.filter(
      (record) => (record.level === 'error' || record.level === 'fatal') && !this.#flushed.has(record),
    );
  }

  /** Takes the chosen records (all without an argument) out of `errors`, and answers them. */
  flushErrors(choice: RecordChoice = () => true): LogRecord[] {
    const flushed = this.errors.filter((record) => isChosen(record, choice));
    for (const record of flushed) this.#flushed.add(record);
    return flushed;
  }

  /** The records that were made of this template. */
  withTemplate(template: string): LogRecord[] {
    return this.records.filter(({ rawMessage }) => String(rawMessage) === template);
  }

  /** Gives the log back to whom it belonged before. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    LogCapture.#inUse.splice(LogCapture.#inUse.indexOf(this), 1);
    if (this.#before === null) resetSync();
    else configureSync({ ...this.#before, reset: true });
  }
}

/** A record's text, with its properties filled in. */
export function messageOf(record: LogRecord): string {
  return record.message.map((part) => String(part)).join('');
}

function isChosen(record: LogRecord, choice: RecordChoice): boolean {
  return isErrorClass(choice) ? record.properties['error'] instanceof choice : choice(record);
}

function isErrorClass(choice: RecordChoice): choice is ErrorClass {
  return choice === Error || choice.prototype instanceof Error;
}
