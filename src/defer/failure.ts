import { inspect, type InspectOptions } from 'node:util';

/** A class whose instances can be thrown; what `check` and `trap` compare with. */
export type ErrorClass = abstract new (...args: never[]) => unknown;

/**
 * An error on its way through callbacks: whatever was thrown, wrapped so that it can be told from a result.
 *
 * It takes no stack trace of its own (an Error brings its own from where it was made), so it costs one small
 * object. `await` and `trap` throw the wrapped value, never the Failure.
 *
 * Twisted: `twisted.python.failure.Failure`.
 */
export class Failure {
  /** What was thrown: nearly always an Error, but JavaScript can throw anything. */
  readonly value: unknown;

  /** Wraps `value`; of another Failure it takes the value over. */
  constructor(value: unknown) {
    this.value = value instanceof Failure ? value.value : value;
  }

  /** `thrown` itself if it is a Failure, else a new Failure around it. */
  static from(thrown: unknown): Failure {
    return thrown instanceof Failure ? thrown : new Failure(thrown);
  }

  /** The class of the value; undefined for null, undefined and objects without a class. */
  get type(): ErrorClass | undefined {
    const { value } = this;
    if (value === null || value === undefined) return undefined;
    const type: unknown = (value as { constructor?: unknown }).constructor;
    return typeof type === 'function' ? (type as ErrorClass) : undefined;
  }

  /** The first of `classes` that the value is an instance of, or undefined. */
  check<C extends ErrorClass>(...classes: readonly C[]): C | undefined {
    return classes.find((candidate) => this.value instanceof candidate);
  }

  /** As {@link check}, but throws the wrapped value if none matches: so an errback passes on what it can't handle. */
  trap<C extends ErrorClass>(...classes: readonly C[]): C {
    const found = this.check(...classes);
    if (found === undefined) throw this.value;
    return found;
  }

  /** Throws the wrapped value, with the stack it has. */
  raiseException(): never {
    throw this.value;
  }

  /** The error's message; for a value that isn't an Error, the value as text. Never throws. */
  getErrorMessage(): string {
    return textOf(() => {
      const { value } = this;
      return String(value instanceof Error ? value.message : value);
    });
  }

  /** `Traceback: Type: message` and below it the frames of the error's stack. Never throws. */
  getBriefTraceback(): string {
    const frames = textOf(() => (this.value instanceof Error ? framesOf(this.value) : ''));
    const title = `Traceback: ${this.#title()}`;
    return frames === '' ? title : `${title}\n${frames}`;
  }

  /** The whole story: stack, properties and the chain of causes. Several lines. Never throws. */
  getTraceback(): string {
    return textOf(() => inspect(this.value));
  }

  /** `[Failure Type: message]`. Never throws. */
  toString(): string {
    return `[Failure ${this.#title()}]`;
  }

  /** In `console.log`: the error with its stack and its causes. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `Failure: ${textOf(() => inspect(this.value, options))}`;
  }

  #title(): string {
    const name = textOf(() => (this.value instanceof Error ? this.value.name : (this.type?.name ?? '')));
    const message = this.getErrorMessage();
    if (name === '') return message;
    return message === '' ? name : `${name}: ${message}`;
  }
}

/** The value of `describe`, or a stand-in: an error whose own texts throw must not hide behind a second one. */
function textOf(describe: () => string): string {
  try {
    return describe();
  } catch {
    return '(this value cannot be shown)';
  }
}

/** The lines of the stack that name a place in the code. */
function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
