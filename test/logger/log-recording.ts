import { configureSync, resetSync, type LogLevel, type LogRecord } from '@logtape/logtape';

/** Log records, caught by LogTape as a program would have them, while this is in use. */
export class LogRecording implements Disposable {
  readonly records: LogRecord[] = [];

  constructor(lowestLevel: LogLevel = 'debug') {
    configureSync({
      sinks: { recording: (record) => this.records.push(record) },
      loggers: [
        { category: 'heddle', sinks: ['recording'], lowestLevel },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
      ],
    });
  }

  /** The records' messages, without their properties. */
  get messages(): string[] {
    return this.records.map((record) => String(record.rawMessage));
  }

  [Symbol.dispose](): void {
    resetSync();
  }
}

/** What is written to standard error while this is in use. */
export class StandardErrorRecording implements Disposable {
  text = '';
  readonly #write = process.stderr.write.bind(process.stderr);

  constructor() {
    process.stderr.write = (chunk: string | Uint8Array): boolean => {
      this.text += String(chunk);
      return true;
    };
  }

  [Symbol.dispose](): void {
    process.stderr.write = this.#write;
  }
}
