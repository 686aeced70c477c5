import assert from 'node:assert/strict';
import { type Deferred, type ErrorClass, Failure } from '../defer/index.js';

/**
 * Looking at Deferreds in a test that doesn't wait: their results are there, or they should not be.
 * Each throws an AssertionError if that isn't so. Twisted: the methods of trial's `TestCase`.
 */

/** The result that `deferred` has now. It stays there. */
export function successResultOf<T>(deferred: Deferred<T>): T {
  const outcome = outcomeOf(deferred);
  if (outcome === undefined) throw refuse(`Should have a result: ${String(deferred)}`);
  if (outcome.result instanceof Failure) {
    const { value } = outcome.result;
    // It is told here, so nobody else has to be.
    deferred.addErrback(() => undefined);
    throw refuse(`Should have a result, and has failed: ${outcome.result.getBriefTraceback()}`, value);
  }
  return outcome.result;
}

/**
 * The Failure that `deferred` has now, with an error of one of `classes` if some are given. The failure counts as handled: the
 * result is undefined from then on.
 */
export function failureResultOf(deferred: Deferred<unknown>, ...classes: readonly ErrorClass[]): Failure {
  const outcome = outcomeOf(deferred);
  if (outcome === undefined) throw refuse(`Should have failed: ${String(deferred)}`);
  const { result } = outcome;
  if (!(result instanceof Failure)) throw refuse(`Should have failed: ${String(deferred)}`);
  deferred.addErrback(() => undefined);
  if (classes.length > 0 && result.check(...classes) === undefined) {
    const expected = classes.map(({ name }) => name).join(' or ');
    throw refuse(`Should have failed with ${expected}: ${result.getBriefTraceback()}`, result.value);
  }
  return result;
}

/** `deferred` has neither result nor failure yet. What it will have stays untouched. */
export function assertNoResult(deferred: Deferred<unknown>): void {
  const outcome = outcomeOf(deferred);
  if (outcome === undefined) return;
  const refusal = refuse(`Should have no result yet: ${String(deferred)}`);
  if (outcome.result instanceof Failure) deferred.addErrback(() => undefined);
  throw refusal;
}

/** What the chain has at its present end, left in place; undefined if it isn't there yet. */
function outcomeOf<T>(deferred: Deferred<T>): { readonly result: T | Failure } | undefined {
  let outcome: { readonly result: T | Failure } | undefined;
  deferred.addBoth((result) => {
    outcome = { result };
    return result;
  });
  return outcome;
}

function refuse(message: string, cause?: unknown): assert.AssertionError {
  const error = new assert.AssertionError({ message });
  if (cause !== undefined) error.cause = cause;
  return error;
}
