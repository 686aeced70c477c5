import type { LogRecord } from '@logtape/logtape';
import { inspect } from 'node:util';

/** A record as people read it: as heddle writes its warnings where nobody has configured LogTape. An error's stack follows. */
export function textLine(record: LogRecord): string {
  const message = messageOf(record, text);
  const system = text(record.properties['system'] ?? '-');
  return `${timeOf(record)} [${system}] ${record.category.join('.')} ${record.level}: ${message}\n`;
}

/**
 * A record as programs read it: an object in one line, with `time`, `level`, `category`, `message`, and what the record carries besides
 * under `properties`. An error there is an object of `name`, `message`, `stack` (and `code`, `cause`); other objects are a text,
 * since a factory, say, leads to everything that there is.
 */
export function jsonLine(record: LogRecord): string {
  const { level, category, properties } = record;
  const message = messageOf(record, (value) => {
    return value instanceof Error ? `${value.name}: ${value.message}` : text(value);
  });
  const carried = Object.entries(properties).filter(([name]) => name !== 'failure');
  const line = {
    time: timeOf(record),
    level,
    category: category.join('.'),
    message,
    properties: Object.fromEntries(carried.map(([name, value]) => [name, plain(value)])),
  };
  return `${JSON.stringify(line)}\n`;
}

const timeOf = ({ timestamp }: LogRecord): string => new Date(timestamp).toISOString();

/** LogTape has taken the template apart: texts at even places, values at odd ones. */
function messageOf({ message }: LogRecord, render: (value: unknown) => string): string {
  return message.map((part, place) => (place % 2 === 0 ? String(part) : render(part))).join('');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : inspect(value));

function plain(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Error) return plainError(value);
  return inspect(value, { depth: 0, breakLength: Infinity });
}

function plainError(error: Error): object {
  const { name, message, stack } = error;
  return {
    name,
    message,
    ...('code' in error ? { code: plain(error.code) } : {}),
    stack,
    ...(error.cause === undefined ? {} : { cause: plain(error.cause) }),
  };
}
