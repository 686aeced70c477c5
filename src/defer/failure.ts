import { inspect, type InspectOptions } from 'node:util';
import { briefTraceback, textOf, titleOf } from './traceback.js';

/** A class whose instances can be thrown; what `check` and `trap` compare with. */
export type ErrorClass = abstract new (...args: never[]) => unknown;

/** Where a traceback is written: `process.stderr`, or anything else with a `write`. */
export interface TracebackOutput {
  /** Takes a piece of text. The answer isn't looked at. */
  write(text: string): unknown;
}

/** How much {@link Failure.getTraceback} tells. */
export interface TracebackOptions {
  /**
   * `brief`: a title and the frames, of the error and of what caused it. `default`: as Node shows an error: stack,
   * properties, causes, an AggregateError's errors. `verbose`: the same, however deep it goes.
   */
  readonly detail?: 'brief' | 'default' | 'verbose';
}

/** Where {@link Failure.printTraceback} writes, and how much. */
export interface PrintOptions extends TracebackOptions {
  /** Standard error if it isn't given. */
  readonly file?: TracebackOutput;
}

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

  /** The first of `classes` that the value is an instance of, or undefined. Throws a TypeError for what is no class. */
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

  /** Throws the wrapped value inside a generator, at the `yield` where it stands; answers what it yields next. */
  throwExceptionIntoGenerator<T, R>(generator: Generator<T, R>): IteratorResult<T, R> {
    return generator.throw(this.value);
  }

  /** The error's message; for a value that isn't an Error, the value as text. Never throws. */
  getErrorMessage(): string {
    return textOf(() => {
      const { value } = this;
      return String(value instanceof Error ? value.message : value);
    });
  }

  /**
   * `Traceback: Type: message` and below it the frames of the error's stack, then the same of its cause and the
   * cause's cause, and of an AggregateError's errors. Never throws.
   */
  getBriefTraceback(): string {
    return briefTraceback(this.value);
  }

  /** The whole story: stack, properties and the chain of causes. Several lines. Never throws. */
  getTraceback(options: TracebackOptions = {}): string {
    const { detail = 'default' } = options;
    if (detail === 'brief') return this.getBriefTraceback();
    const depth = detail === 'verbose' ? Infinity : undefined;
    return textOf(() => inspect(this.value, depth === undefined ? {} : { depth }));
  }

  /** Writes `getTraceback(options)` and a line's end. */
  printTraceback(options: PrintOptions = {}): void {
    (options.file ?? process.stderr).write(`${this.getTraceback(options)}\n`);
  }

  /** `printTraceback` with little detail. */
  printBriefTraceback(options: Omit<PrintOptions, 'detail'> = {}): void {
    this.printTraceback({ ...options, detail: 'brief' });
  }

  /** `printTraceback` with all detail. */
  printDetailedTraceback(options: Omit<PrintOptions, 'detail'> = {}): void {
    this.printTraceback({ ...options, detail: 'verbose' });
  }

  /** `[Failure Type: message]`. Never throws. */
  toString(): string {
    return `[Failure ${titleOf(this.value)}]`;
  }

  /** In `console.log`: the error with its stack and its causes. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    return `Failure: ${textOf(() => inspect(this.value, options))}`;
  }
}

const { prototype } = Failure;

/**
 * `value instanceof Failure`, for where it is asked of every result: in the built package `instanceof` takes some 20 ns
 * even for numbers, since esbuild's keepNames redefines the name of each class, which puts the class itself into
 * V8's slow mode. This doesn't ask the class.
 */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && prototype.isPrototypeOf(value);
}
