import { inspect } from 'node:util';
import type { Deferred } from './deferred.js';
import type { Failure } from './failure.js';

/** What a step may return: a value, something that gives one later, or a failure. */
export type StepResult<U> = U | PromiseLike<U> | Failure;

/** What the next step gets of a step's `U`: of a step that returns nothing but a Failure, nothing. */
export type Settled<U> = Exclude<U, Failure>;

/** A callback or an errback as the chain sees it: the types were checked when it was added. */
export type StepFunction = (result: never) => unknown;

/** One place in a Deferred's chain: what to call there, or the Deferred that gets the result there. */
export class Step {
  next: Step | undefined = undefined;

  constructor(
    readonly callback: StepFunction | undefined,
    readonly errback: StepFunction | undefined,
    readonly receiver: Deferred<unknown> | undefined,
    /** Whether the receiver waits for the result, in the middle of its own chain; else it is to be fired with it. */
    readonly receiverWaits: boolean,
  ) {}
}

/** Throws a TypeError for what can't be a step. */
export function checkFunction(f: unknown, role: 'callback' | 'errback'): void {
  if (typeof f === 'function') return;
  throw new TypeError(`The ${role} must be a function, not ${inspect(f, { depth: 0 })}`);
}
