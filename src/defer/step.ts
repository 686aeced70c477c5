import { inspect } from 'node:util';
import type { Failure } from './failure.js';

/** What a step may return: a value, something that gives one later, or a failure. */
export type StepResult<U> = U | PromiseLike<U> | Failure;

/** What the next step gets of a step's `U`: of a step that returns nothing but a Failure, nothing. */
export type Settled<U> = Exclude<U, Failure>;

/** A callback or an errback as the chain sees it: the types were checked when it was added. */
export type StepFunction = (result: never) => unknown;

/** One place in a chain: what to call there, or the chain that gets the result there. */
export class Step<Receiver> {
  next: Step<Receiver> = this;

  constructor(
    readonly callback: StepFunction | undefined,
    readonly errback: StepFunction | undefined,
    readonly receiver: Receiver | undefined,
    /** Whether the receiver waits for the result, in the middle of its own chain; else it is to be fired with it. */
    readonly receiverWaits: boolean,
  ) {}
}

/**
 * Puts `step` behind `last`. Steps stand in a ring, which is known by its last one, whose `next` is the first: so one
 * field of a chain reaches both ends. Answers the new last one.
 */
export function append<R>(last: Step<R> | undefined, step: Step<R>): Step<R> {
  if (last !== undefined) {
    step.next = last.next;
    last.next = step;
  }
  return step;
}

/** Takes the first one out of the ring. Answers the last one, or undefined if that was the first one, too. */
export function withoutFirst<R>(last: Step<R>): Step<R> | undefined {
  const first = last.next;
  if (first === last) return undefined;
  last.next = first.next;
  return last;
}

/** Throws a TypeError for what can't be called. */
export function checkFunction(f: unknown, role: 'callback' | 'errback' | 'canceller'): void {
  if (typeof f === 'function') return;
  throw new TypeError(`The ${role} must be a function, not ${inspect(f, { depth: 0 })}`);
}
