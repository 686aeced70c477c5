import { types } from 'node:util';
import { Deferred, type StepResult } from './deferred.js';
import type { CancelledError } from './errors.js';
import { isFailure, type Failure } from './failure.js';
import { keepContext } from './keep-context.js';
import { isThenable } from './thenable.js';

/** How a generator or an async function is run as a Deferred. */
export interface CoroutineOptions {
  /** Let each part of the generator see the AsyncLocalStorage stores of the call that started it. It has a price: see `keepContext`. */
  readonly keepContext?: boolean;
}

/** What is there already; in a wrapper, since everything can be a result. */
interface Present {
  readonly result: unknown;
}

/**
 * The Deferred of a generator that is run to its end: what it yields is waited for if it can be (a Deferred, a
 * promise, another generator), else it gets it straight back. Whatever is there already is given back at once, in a
 * loop that doesn't grow the stack.
 *
 * Cancelling it cancels what the generator waits for. It goes on with that error, and this Deferred gets what it makes
 * of it, perhaps later: until then it has not fired, and can be cancelled again.
 */
export class Coroutine<R> extends Deferred<R> {
  readonly #generator: Generator<unknown, StepResult<R>, unknown>;
  readonly #options: CoroutineOptions;
  #awaited: Deferred<unknown> | undefined = undefined;

  /** Runs the generator until it has to wait. */
  constructor(generator: Generator<unknown, StepResult<R>, unknown>, options: CoroutineOptions = {}) {
    super();
    this.#generator = generator;
    this.#options = options;
    if (options.keepContext === true) this.#resume = keepContext(this.#resume);
    this.#resume(undefined);
  }

  protected override cancelUnfired({ cause }: CancelledError): void {
    this.#awaited?.cancel(cause);
  }

  /** Goes on with what was waited for. */
  #resume = (result: unknown): void => {
    let present: Present | undefined = { result };
    while (present !== undefined) present = this.#step(present.result);
  };

  /** Runs the generator to its next `yield`. Answers what that has to be answered with if it is there. */
  #step(sent: unknown): Present | undefined {
    let step: IteratorResult<unknown, unknown>;
    try {
      step = isFailure(sent) ? this.#generator.throw(sent.value) : this.#generator.next(sent);
    } catch (error) {
      this.errback(error);
      return undefined;
    }
    const later = this.#laterOf(step.value);
    if (step.done !== true) return later === undefined ? { result: step.value } : this.#wait(later);
    if (later === undefined) this.callback(step.value as R | Failure);
    else this.#endWith(later);
    return undefined;
  }

  /** What is to be waited for if `value` is given to the coroutine; undefined if there is nothing to wait for. */
  #laterOf(value: unknown): Deferred<unknown> | undefined {
    if (value instanceof Deferred) return value as Deferred<unknown>;
    if (isGenerator(value)) return new Coroutine(value, this.#options);
    return isThenable(value) ? Deferred.fromPromise(value) : undefined;
  }

  #wait(later: Deferred<unknown>): Present | undefined {
    let present: Present | undefined;
    let returned = false;
    this.#awaited = later;
    later.relay((result) => {
      this.#awaited = undefined;
      if (returned) this.#resume(result);
      else present = { result };
    });
    returned = true;
    return present;
  }

  #endWith(later: Deferred<unknown>): void {
    this.#awaited = later;
    later.relay((result) => {
      this.callback(result as R | Failure);
    });
  }
}

/** Whether `value` is the generator of a `function*`; those of an `async function*` are others. */
export function isGenerator(value: unknown): value is Generator<unknown, unknown, unknown> {
  return types.isGeneratorObject(value) && !(Symbol.asyncIterator in value);
}
