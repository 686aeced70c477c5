import { inspect } from 'node:util';

/** A record on its way to standard error. */
export interface PlainRecord {
  readonly level: string;
  readonly category: readonly string[];
  /** A text with `{name}` where the property of that name stands. */
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Where warnings and worse go while nobody has configured LogTape: one line on standard error, an error's stack in the
 * lines after it.
 */
export function writeToStandardError({ level, category, message, properties }: PlainRecord): void {
  const text = message.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in properties ? render(properties[name]) : placeholder,
  );
  const system = render(properties['system']);
  process.stderr.write(`${new Date().toISOString()} [${system}] ${category.join('.')} ${level}: ${text}\n`);
}

function render(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}
