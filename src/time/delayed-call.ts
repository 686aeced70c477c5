import { inspect } from 'node:util';
import type { IDelayedCall } from '../interfaces/reactor-time.js';
import { AlreadyCalled, AlreadyCancelled } from './errors.js';

/** What a delayed call needs of the queue that it stands in. */
export interface DelayedCallOwner {
  /** The time now. */
  seconds(): number;
  /** The call was cancelled. */
  cancelled(call: DelayedCall): void;
  /** The call is due at another time than before. */
  moved(call: DelayedCall): void;
}

type AnyFunction = (...args: never[]) => unknown;

const NO_ARGUMENTS: readonly unknown[] = [];

/** Where calls were made that were made while debugging; aside, so that the others don't carry a field for it. */
const creations = new WeakMap<DelayedCall, string>();

/**
 * A call that a `TimerQueue` will make. Servers have one or more of these for each connection, so it is
 * kept small, and it lets go of its function and arguments as soon as it is made or cancelled.
 *
 * Twisted: `twisted.internet.base.DelayedCall`.
 */
export class DelayedCall implements IDelayedCall {
  /** While true, new calls remember the stack of whoever scheduled them, and show it in `toString()` for good. */
  static debug = false;

  /** @internal Its place in the queue's heap. */
  heapIndex = -1;
  /** @internal How many calls its queue had scheduled before it. */
  readonly order: number;

  readonly #owner: DelayedCallOwner;
  #time: number;
  /** The function; its name once the call was made; nothing more once it was cancelled. */
  #f: AnyFunction | string;
  #args: readonly unknown[];
  #state: 'active' | 'called' | 'cancelled' = 'active';

  /** Only the queue makes delayed calls, in `callLater()` and `schedule()`. */
  constructor(
    owner: DelayedCallOwner,
    time: number,
    order: number,
    f: AnyFunction,
    args: readonly unknown[],
  ) {
    this.order = order;
    this.#owner = owner;
    this.#time = time;
    this.#f = f;
    this.#args = args.length === 0 ? NO_ARGUMENTS : args;
    if (DelayedCall.debug) creations.set(this, new Error().stack ?? '');
  }

  /** When the call is due, or was, on its queue's clock. */
  getTime(): number {
    return this.#time;
  }

  active(): boolean {
    return this.#state === 'active';
  }

  /** The call will not be made. Throws AlreadyCalled or AlreadyCancelled. */
  cancel(): void {
    this.#checkActive();
    this.#state = 'cancelled';
    this.#f = '';
    this.#args = NO_ARGUMENTS;
    this.#owner.cancelled(this);
  }

  /**
   * Due `secondsLater` after the time at which it was due; negative: sooner. Among calls due at one time it keeps
   * the place that it got when it was scheduled. Throws AlreadyCalled, AlreadyCancelled, and a RangeError if
   * what results is not a number.
   */
  delay(secondsLater: number): void {
    this.#checkActive();
    const time: unknown = this.#time + secondsLater;
    if (typeof time !== 'number' || Number.isNaN(time))
      throw new RangeError(`The delay must be a number of seconds, not ${inspect(secondsLater)}`);
    this.#moveTo(time);
  }

  /** Due `secondsFromNow` after now; else like `delay`. Throws a RangeError if that is negative or not a number. */
  reset(secondsFromNow: number): void {
    this.#checkActive();
    requireDelay(secondsFromNow);
    this.#moveTo(this.#owner.seconds() + secondsFromNow);
  }

  /** Cancels the call if it is still to be made. */
  [Symbol.dispose](): void {
    if (this.#state === 'active') this.cancel();
  }

  /** @internal Makes the call. It counts as made from before its function is entered. */
  run(): unknown {
    const f = this.#f as (...args: unknown[]) => unknown;
    const args = this.#args;
    this.#state = 'called';
    this.#f = f.name;
    this.#args = NO_ARGUMENTS;
    return args.length === 0 ? f() : f(...args);
  }

  /** The function's name unless it was cancelled, the due time and the state; with {@link debug} more lines. */
  toString(): string {
    const name = typeof this.#f === 'string' ? this.#f : this.#f.name;
    const due = this.#state === 'active' ? `, in ${this.#time - this.#owner.seconds()} s` : '';
    const creation = creations.get(this);
    const trace = creation === undefined ? '' : `\ntraceback at creation:\n${frames(creation)}`;
    return `DelayedCall(${name === '' ? '' : `${name}, `}at ${this.#time} s${due}, ${this.#state})${trace}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #checkActive(): void {
    if (this.#state === 'called') throw new AlreadyCalled();
    if (this.#state === 'cancelled') throw new AlreadyCancelled();
  }

  #moveTo(time: number): void {
    this.#time = time;
    this.#owner.moved(this);
  }
}

/** Throws a RangeError unless it is a number and not negative. A text of digits would be joined to the time, not added. */
export function requireDelay(delay: unknown): void {
  if (typeof delay === 'number' && delay >= 0) return;
  throw new RangeError(`The delay must be 0 s or more, not ${inspect(delay)}`);
}

/** A stack without its title line and the constructor's own frame. */
function frames(stack: string): string {
  return stack.split('\n').slice(2).join('\n');
}
