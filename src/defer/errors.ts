import type { Failure } from './failure.js';

/** A Deferred was fired a second time. Twisted: `AlreadyCalledError`. */
export class AlreadyCalledError extends Error {
  override readonly name: string = 'AlreadyCalledError';

  constructor(message = 'The Deferred has already been fired', options?: ErrorOptions) {
    super(message, options);
  }
}

/** `ensureDeferred` got something that it can't wait for. Twisted: `NotACoroutineError`. */
export class NotACoroutineError extends TypeError {
  override readonly name: string = 'NotACoroutineError';

  constructor(message = 'Not a promise, a generator, or a function that gives one', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A Deferred was cancelled before it had a result. `cause` is what `cancel` was given. Twisted: `CancelledError`. */
export class CancelledError extends Error {
  override readonly name: string = 'CancelledError';

  constructor(message = 'The operation was cancelled', options?: ErrorOptions) {
    super(message, options);
  }
}

/** `addTimeout`'s time was up. Not the TimeoutError of connections. Twisted: `twisted.internet.defer.TimeoutError`. */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError';

  constructor(message = 'Deferred timed out', options?: ErrorOptions) {
    super(message, options);
  }
}

/** One of several Deferreds failed first; which one, and how. Twisted: `FirstError`. */
export class FirstError extends Error {
  override readonly name: string = 'FirstError';

  constructor(
    /** The failure of the Deferred that was first. */
    readonly subFailure: Failure,
    /** Its place in the list. */
    readonly index: number,
  ) {
    super(`FirstError[#${index}, ${subFailure.toString()}]`, { cause: subFailure.value });
  }
}

/** All of several Deferreds failed. `errors` are the failures' values. Twisted: `FailureGroup`. */
export class FailureGroup extends AggregateError {
  override readonly name: string = 'FailureGroup';

  constructor(
    /** One failure for each Deferred, in the order in which they failed. */
    readonly failures: readonly Failure[],
  ) {
    super(
      failures.map((failure) => failure.value),
      `All of ${failures.length} Deferreds failed`,
    );
  }
}

/** A DeferredQueue is full: as many objects as its size allows wait to be got. Twisted: `QueueOverflow`. */
export class QueueOverflow extends Error {
  override readonly name: string = 'QueueOverflow';

  constructor(message = 'The queue is full', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A DeferredQueue's backlog is full: as many as it allows wait for an object. Twisted: `QueueUnderflow`. */
export class QueueUnderflow extends Error {
  override readonly name: string = 'QueueUnderflow';

  constructor(message = 'Too many wait for the queue already', options?: ErrorOptions) {
    super(message, options);
  }
}
