import assert from 'node:assert/strict';
import { Failure } from '../../defer/index.js';

type ErrorClass<E> = abstract new (...args: never[]) => E;

/** `reason` is a Failure with an error of just this class (not of a subclass); the answer is that error. */
export function assertReason<E extends Error>(reason: unknown, errorClass: ErrorClass<E>): E {
  assert.ok(reason instanceof Failure, `Should have been a Failure: ${String(reason)}`);
  const { value } = reason;
  assert.ok(
    value instanceof errorClass,
    `Should have been a ${errorClass.name}: ${reason.getBriefTraceback()}`,
  );
  assert.equal(value.constructor, errorClass);
  return value;
}
