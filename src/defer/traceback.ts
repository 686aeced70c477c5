/** Errors as text. Nothing here throws, whatever the errors' own texts do. */

/** However causes refer to each other: so many errors are shown at most. */
const ERRORS_MAX = 50;

/** `Type: message`. */
export function titleOf(value: unknown): string {
  const name = textOf(() => (value instanceof Error ? value.name : classNameOf(value)));
  const message = textOf(() => String(value instanceof Error ? value.message : value));
  if (name === '') return message;
  return message === '' ? name : `${name}: ${message}`;
}

/** Title and frames of an error, then of its causes and, if it has several, of its errors; each error once. */
export function briefTraceback(value: unknown): string {
  const seen = new Set<unknown>();
  const parts: string[] = [];
  const waiting: [heading: string, value: unknown][] = [['Traceback', value]];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [heading, error] = next;
    if (seen.has(error) || seen.size === ERRORS_MAX) continue;
    seen.add(error);
    parts.push(`${heading}: ${titleOf(error)}`);
    if (!(error instanceof Error)) continue;
    const frames = textOf(() => framesOf(error));
    if (frames !== '') parts.push(frames);
    waiting.unshift(...reasonsOf(error));
  }
  return parts.join('\n');
}

/** The value of `describe`, or a stand-in: an error whose own texts throw must not hide behind a second one. */
export function textOf(describe: () => string): string {
  try {
    return describe();
  } catch {
    return '(this value cannot be shown)';
  }
}

function reasonsOf(error: Error): [heading: string, value: unknown][] {
  try {
    const reasons: [string, unknown][] = error.cause === undefined ? [] : [['Caused by', error.cause]];
    if (error instanceof AggregateError) {
      reasons.push(...error.errors.map((each, index): [string, unknown] => [`Error ${index + 1}`, each]));
    }
    return reasons;
  } catch {
    return [];
  }
}

function classNameOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const type: unknown = (value as { constructor?: unknown }).constructor;
  return typeof type === 'function' ? type.name : '';
}

/** The lines of the stack that name a place in the code. */
function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
