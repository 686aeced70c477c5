import { cancelAll } from './cancel-all.js';
import { Deferred } from './deferred.js';
import { type CancelledError, FirstError } from './errors.js';
import type { Failure } from './failure.js';

/** When a {@link DeferredList} fires. */
export interface DeferredListOptions {
  /** Fire with `[result, index]` as soon as one has a result. */
  readonly fireOnOneCallback?: boolean;
  /** Fail with FirstError as soon as one fails. */
  readonly fireOnOneErrback?: boolean;
  /** Turn the failures of the Deferreds in the list into undefined, so that they aren't reported as unhandled. */
  readonly consumeErrors?: boolean;
}

/** How one Deferred of a list ended. */
export type DeferredOutcome<T> =
  readonly [success: true, result: T] | readonly [success: false, failure: Failure];

/** What a list fires with: an outcome for each, and with `fireOnOneCallback` perhaps one result and its index. */
export type DeferredListResult<T, O> =
  O extends Readonly<Record<'fireOnOneCallback', true>>
    ? readonly [result: T, index: number] | readonly DeferredOutcome<T>[]
    : readonly DeferredOutcome<T>[];

/**
 * Fires when all of several Deferreds have ended, with an outcome for each in the list's order, or earlier as the
 * options say. With `fireOnOneCallback` and no result at all it still fires with the outcomes. An empty list
 * fires at once with `[]`; with `fireOnOneCallback` it fails at once (Twisted's would wait forever).
 *
 * It looks at each Deferred where its chain ends now, and leaves its result in place for steps added later.
 * Twisted: `DeferredList`.
 */
export class DeferredList<T, const O extends DeferredListOptions = DeferredListOptions> extends Deferred<
  DeferredListResult<T, O>
> {
  readonly #deferreds: readonly Deferred<T>[];
  readonly #outcomes: DeferredOutcome<T>[];
  readonly #options: DeferredListOptions;
  #finished = 0;

  constructor(deferreds: Iterable<Deferred<T>>, options?: O) {
    super();
    this.#deferreds = [...deferreds];
    this.#outcomes = new Array<DeferredOutcome<T>>(this.#deferreds.length);
    this.#options = options ?? {};
    if (this.#deferreds.length === 0) this.#fireEmpty();
    for (const [index, deferred] of this.#deferreds.entries()) this.#watch(deferred, index);
  }

  /** Cancels every Deferred of the list; the list then fires with what becomes of them. */
  protected override cancelUnfired({ cause }: CancelledError): void {
    cancelAll(this.#deferreds, cause);
  }

  #fireEmpty(): void {
    if (this.#options.fireOnOneCallback === true) {
      this.errback(new RangeError('An empty DeferredList has no first callback to fire on'));
    } else {
      this.#fire([]);
    }
  }

  #watch(deferred: Deferred<T>, index: number): void {
    deferred.addCallbacks(
      (result) => {
        const first = this.#options.fireOnOneCallback === true;
        this.#record(index, [true, result]);
        if (first && !this.called) this.#fire([result, index]);
        this.#fireIfComplete();
        return result;
      },
      (failure): Failure | undefined => {
        this.#record(index, [false, failure]);
        if (this.#options.fireOnOneErrback === true && !this.called)
          this.errback(new FirstError(failure, index));
        this.#fireIfComplete();
        return this.#options.consumeErrors === true ? undefined : failure;
      },
    );
  }

  #record(index: number, outcome: DeferredOutcome<T>): void {
    this.#outcomes[index] = outcome;
    this.#finished += 1;
  }

  #fireIfComplete(): void {
    if (!this.called && this.#finished === this.#outcomes.length) this.#fire(this.#outcomes);
  }

  #fire(result: readonly [T, number] | readonly DeferredOutcome<T>[]): void {
    this.callback(result as DeferredListResult<T, O>);
  }
}
