/** Looking at Deferreds in tests. Each look adds a step and, for a failure, handles it. */
import { expect } from 'chai';
import { flushUnhandledErrors, type Deferred, type Failure } from '../../src/defer/index.js';

/** The result that `deferred` has now; it stays there. Throws if it has none or failed. */
export function resultOf<T>(deferred: Deferred<T>): T {
  let found: [T] | undefined;
  let failure: Failure | undefined;
  deferred.addCallbacks(
    (result) => {
      found = [result];
      return result;
    },
    (reason) => {
      failure = reason;
    },
  );
  if (failure !== undefined) throw new Error('a result was expected', { cause: failure.value });
  if (found === undefined) throw new Error(`a result was expected: ${deferred.toString()}`);
  return found[0];
}

/** The failure that `deferred` has now; its result is undefined from then on. Throws if it has none. */
export function failureOf(deferred: Deferred<unknown>): Failure {
  let failure: Failure | undefined;
  deferred.addErrback((reason) => {
    failure = reason;
  });
  if (failure === undefined) throw new Error(`a failure was expected: ${deferred.toString()}`);
  return failure;
}

/** What `deferred` failed with. */
export function errorOf(deferred: Deferred<unknown>): unknown {
  return failureOf(deferred).value;
}

/** Whether the chain has got to its present end. What it has there stays. */
export function isDone(deferred: Deferred<unknown>): boolean {
  let done = false;
  deferred.addBoth((result) => {
    done = true;
    return result;
  });
  return done;
}

/** Makes every test of the suite around it fail that leaves a Deferred with a failure nobody looked at. */
export function expectNoUnhandledErrors(): void {
  beforeEach(() => {
    flushUnhandledErrors();
  });
  afterEach(() => {
    expect(flushUnhandledErrors().map(String)).to.deep.equal([]);
  });
}
