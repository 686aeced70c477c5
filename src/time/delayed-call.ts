import { inspect } from 'node:util';
import type { IDelayedCall } from '../interfaces/reactor-time.js';
import type { HeapEntry } from './call-heap.js';
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

/** A call that a {@link TimerQueue} will make. Twisted: `twisted.internet.base.DelayedCall`. */
export class DelayedCall implements IDelayedCall, HeapEntry {
  /** While true, new calls remember the stack of whoever made them and show it in `toString()`. */
  static debug = false;

  /** @internal */
  heapTime: number;
  /** @internal */
  heapIndex = -1;
  /** @internal */
  readonly order: number;

  readonly #owner: DelayedCallOwner;
  #time: number;
  #f: ((...args: never[]) => unknown) | undefined;
  #args: readonly unknown[];
  #state: 'active' | 'called' | 'cancelled' = 'active';
  readonly #name: string;
  readonly #creation: string | undefined;

  /** @internal Made by `TimerQueue.schedule()` only. */
  constructor(
    owner: DelayedCallOwner,
    time: number,
    order: number,
    f: (...args: never[]) => unknown,
    args: readonly unknown[],
  ) {
    this.heapTime = time;
    this.order = order;
    this.#owner = owner;
    this.#time = time;
    this.#f = f;
    this.#args = args;
    this.#name = f.name;
    this.#creation = DelayedCall.debug ? new Error('created').stack : undefined;
  }

  getTime(): number {
    return this.#time;
  }

  active(): boolean {
    return this.#state === 'active';
  }

  cancel(): void {
    this.#checkActive();
    this.#finish('cancelled');
    this.#owner.cancelled(this);
  }

  delay(secondsLater: number): void {
    this.#checkActive();
    this.#moveTo(this.#time + secondsLater);
  }

  reset(secondsFromNow: number): void {
    this.#checkActive();
    if (!(secondsFromNow >= 0)) throw new RangeError(`The delay must be 0 s or more, not ${secondsFromNow}`);
    this.#moveTo(this.#owner.seconds() + secondsFromNow);
  }

  [Symbol.dispose](): void {
    if (this.#state === 'active') this.cancel();
  }

  /** @internal Makes the call. It counts as made from before its function is entered. */
  run(): unknown {
    const f = this.#f as (...args: unknown[]) => unknown;
    const args = this.#args;
    this.#finish('called');
    return args.length === 0 ? f() : f(...args);
  }

  /** The function's name, the due time and the state, and with {@link debug} where the call was made. */
  toString(): string {
    const name = this.#name === '' ? '(anonymous)' : this.#name;
    const left = this.#state === 'active' ? ` (in ${this.#time - this.#owner.seconds()} s)` : '';
    const creation = this.#creation === undefined ? '' : `\n  traceback at creation: ${this.#creation}`;
    return `DelayedCall(${name} at ${this.#time} s${left}, ${this.#state})${creation}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #checkActive(): void {
    if (this.#state === 'called') throw new AlreadyCalled();
    if (this.#state === 'cancelled') throw new AlreadyCancelled();
  }

  #moveTo(time: number): void {
    if (Number.isNaN(time)) throw new RangeError('The time must be a number');
    this.#time = time;
    this.#owner.moved(this);
  }

  /** Lets go of the function and its arguments: the queue and the caller may keep this object for long. */
  #finish(state: 'called' | 'cancelled'): void {
    this.#state = state;
    this.#f = undefined;
    this.#args = [];
  }
}
