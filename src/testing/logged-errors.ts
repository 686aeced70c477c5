import assert from 'node:assert/strict';
import type { LogRecord } from '@logtape/logtape';
import { type ErrorClass, Failure, flushUnhandledErrors } from '../defer/index.js';
import { getLog } from '../logger/index.js';
import { LogCapture, messageOf } from './log-capture.js';

/**
 * Errors that were logged in a test, by the LogCapture that is in use. Failures of Deferreds that nobody has handled are among
 * them: they are put into the log when it is looked at, instead of when their Deferreds are collected as garbage.
 *
 *     let log: LogCapture;
 *     beforeEach(() => (log = new LogCapture()));
 *     afterEach(() => {
 *       try {
 *         assertNoLoggedErrors();
 *       } finally {
 *         log[Symbol.dispose]();
 *       }
 *     });
 */

const log = getLog('testing');

/**
 * Takes the logged errors of these classes (all without an argument) out of those that `assertNoLoggedErrors` would find, and
 * answers them. Throws an Error if no LogCapture is in use. Twisted: trial's `flushLoggedErrors`.
 */
export function flushLoggedErrors(...classes: readonly ErrorClass[]): Failure[] {
  const flushed = captureWithAll().flushErrors(
    (record) => classes.length === 0 || failureOf(record).check(...classes) !== undefined,
  );
  return flushed.map(failureOf);
}

/**
 * Throws an AssertionError that lists the errors that were logged and not flushed, if there are any; they count as flushed
 * then. Throws an Error if no LogCapture is in use.
 */
export function assertNoLoggedErrors(): void {
  const left = captureWithAll().flushErrors();
  assert.deepEqual(left.map(messageOf), [], 'Errors were logged that the test did not expect');
}

function captureWithAll(): LogCapture {
  const capture = LogCapture.current;
  if (capture === undefined) throw new Error('No LogCapture is in use: make one before the test begins');
  for (const failure of flushUnhandledErrors()) log.failure('Unhandled error in Deferred', failure);
  return capture;
}

/** What was thrown; of a record that has only a text, an Error with that. */
function failureOf(record: LogRecord): Failure {
  const { properties } = record;
  return new Failure('error' in properties ? properties['error'] : new Error(messageOf(record)));
}
