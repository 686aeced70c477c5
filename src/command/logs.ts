import { type LogLevel, configureSync, getConfig } from '@logtape/logtape';
import { jsonLine, textLine } from './log-line.js';

export const LOG_FORMATS = ['text', 'json'] as const;

export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * Has all that is logged, by heddle and by whoever else uses LogTape, written to standard error. A program that has configured LogTape
 * by itself keeps what it has; the answer is whether it was done.
 */
export function writeLogs(
  { format, level }: { readonly format: LogFormat; readonly level: LogLevel },
  write: (line: string) => void = (line) => void process.stderr.write(line),
): boolean {
  if (getConfig() !== null) return false;
  const lineOf = format === 'json' ? jsonLine : textLine;
  configureSync({
    sinks: { standardError: (record) => write(lineOf(record)) },
    loggers: [
      { category: [], sinks: ['standardError'], lowestLevel: level },
      // What LogTape says of itself: that it was configured isn't worth a line.
      {
        category: ['logtape', 'meta'],
        sinks: ['standardError'],
        lowestLevel: 'warning',
        parentSinks: 'override',
      },
    ],
  });
  return true;
}
