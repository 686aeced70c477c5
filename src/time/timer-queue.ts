/**
 * The calls to be made later, ordered by due time and then by the order of `schedule`.
 *
 * Most timers of a server are time-outs that are cancelled or moved to a later time long before they are due, so
 * both are made cheap. A cancelled call stays in the heap until it comes to the top, or until there are more
 * cancelled than active ones, when all are swept out together. A call that was moved to a later time keeps its
 * place, too early, and is put right when it comes to the top. Only moving to an earlier time works on the heap.
 *
 * It has no clock of its own: the times it is given may be from any clock that doesn't go back.
 * Twisted: the timed calls of `twisted.internet.base.ReactorBase`.
 */
import { CallHeap } from './call-heap.js';
import { DelayedCall, type DelayedCallOwner, requireDelay } from './delayed-call.js';

export interface TimerQueueOptions {
  /**
   * Called with the time of a call that was scheduled, or moved, to before all others. Not called during `runDue`:
   * ask `nextTime()` after it.
   */
  readonly onEarlier?: (time: number) => void;
  /** Called when the last call was cancelled: there is nothing to wait for any more. */
  readonly onEmpty?: () => void;
}

/** Is told of an exception in a call. What it throws itself ends `runDue`, with the calls not yet made still queued. */
export type CallErrorListener = (error: unknown, call: DelayedCall) => void;

/** So few cancelled calls may stay in the heap however few active ones there are. */
const CANCELLED_TOLERATED = 50;

export class TimerQueue {
  readonly #heap = new CallHeap<DelayedCall>();
  readonly #owner: DelayedCallOwner;
  readonly #onEarlier: ((time: number) => void) | undefined;
  readonly #onEmpty: (() => void) | undefined;
  #order = 0;
  #cancelledInHeap = 0;
  #size = 0;
  #running = false;
  /** Calls that are due, but were scheduled during the run that met them: out of the heap until it ends. */
  #aside: DelayedCall[] = [];

  /** `seconds` tells the time that `reset` and `callLater` count from. */
  constructor(seconds: () => number, options: TimerQueueOptions = {}) {
    this.#owner = {
      seconds,
      cancelled: (call) => this.#cancelled(call),
      moved: (call) => this.#moved(call),
    };
    this.#onEarlier = options.onEarlier;
    this.#onEmpty = options.onEmpty;
  }

  /** How many calls are to be made. */
  get size(): number {
    return this.#size;
  }

  /**
   * `schedule` for `delay` seconds from now. Throws a RangeError if the delay is negative or not a number, a
   * TypeError if `f` isn't a function.
   */
  callLater<A extends readonly unknown[]>(delay: number, f: (...args: A) => unknown, args: A): DelayedCall {
    requireDelay(delay);
    if (typeof f !== 'function') throw new TypeError('callLater() takes a function to call');
    return this.schedule(this.#owner.seconds() + delay, f, args);
  }

  /** Promises the call `f(...args)` for `time`, which may be any number, Infinity too. Unchecked. */
  schedule<A extends readonly unknown[]>(time: number, f: (...args: A) => unknown, args: A): DelayedCall {
    const call = new DelayedCall(this.#owner, time, this.#order++, f, args);
    this.#size += 1;
    this.#heap.push(call, time);
    this.#tellIfEarliest(call, time);
    return call;
  }

  /** When the first call is due; undefined if there is none. */
  nextTime(): number | undefined {
    this.#restoreAside();
    return this.#settleTop()?.getTime();
  }

  /** All calls to be made, in no particular order. */
  pending(): DelayedCall[] {
    return [...this.#heap, ...this.#aside].filter((call) => call.active());
  }

  /**
   * Makes the calls that are due at `now`, in their order. Those scheduled meanwhile are left for the next time,
   * so this ends. Each exception goes to `onError` and stops no other call; so does the rejection of a promise
   * that a call returned, when it comes. `onMade` is told of each call after it was made.
   */
  runDue(now: number, onError: CallErrorListener, onMade?: (call: DelayedCall) => void): void {
    const orderLimit = this.#order;
    const outermost = !this.#running;
    this.#restoreAside();
    this.#running = true;
    try {
      for (;;) {
        const call = this.#settleTop();
        if (call === undefined || !(call.getTime() <= now)) break;
        this.#heap.pop();
        if (call.order >= orderLimit) {
          this.#aside.push(call);
        } else {
          this.#size -= 1;
          this.#make(call, onError);
          onMade?.(call);
        }
      }
    } finally {
      this.#restoreAside();
      if (outermost) this.#running = false;
    }
  }

  #make(call: DelayedCall, onError: CallErrorListener): void {
    let result: unknown;
    try {
      result = call.run();
    } catch (error) {
      onError(error, call);
    }
    if (result instanceof Promise) result.catch((error: unknown) => onError(error, call));
  }

  /** Brings an active call that stands where it belongs to the top of the heap, and returns it. */
  #settleTop(): DelayedCall | undefined {
    for (;;) {
      const { top } = this.#heap;
      if (top === undefined) return undefined;
      if (!top.active()) {
        this.#heap.pop();
        this.#cancelledInHeap -= 1;
      } else if (top.getTime() > (this.#heap.topTime as number)) {
        this.#heap.postponeTop(top.getTime());
      } else {
        return top;
      }
    }
  }

  #restoreAside(): void {
    if (this.#aside.length === 0) return;
    const calls = this.#aside;
    this.#aside = [];
    for (const call of calls) {
      if (call.active()) this.#heap.push(call, call.getTime());
    }
  }

  #cancelled(call: DelayedCall): void {
    this.#size -= 1;
    if (this.#size === 0) this.#onEmpty?.();
    if (call.heapIndex === -1 || this.#heap.popIfLast(call)) return;
    this.#cancelledInHeap += 1;
    if (this.#cancelledInHeap > CANCELLED_TOLERATED && this.#cancelledInHeap > this.#heap.length / 2) {
      this.#heap.filter((entry) => entry.active());
      this.#cancelledInHeap = 0;
    }
  }

  #moved(call: DelayedCall): void {
    const time = call.getTime();
    if (call.heapIndex === -1 || time >= this.#heap.timeOf(call)) return;
    this.#heap.advance(call, time);
    this.#tellIfEarliest(call, time);
  }

  #tellIfEarliest(call: DelayedCall, time: number): void {
    if (call.heapIndex === 0 && !this.#running) this.#onEarlier?.(time);
  }
}
