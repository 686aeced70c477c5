/**
 * How a Deferred works:
 *
 * - Its chain is a list of steps, a callback and an errback each. Firing runs them in order, each with what the
 *   one before returned; an exception or a Failure takes the errbacks from there on, a plain value the callbacks.
 * - Steps run synchronously: on firing, or when they are added to a chain that has fired. A step that is
 *   added from inside a running step runs after it, at the chain's end.
 * - A step that returns a Deferred moves its result: the inner one's becomes undefined, the outer one goes on
 *   with it. If it isn't there yet, the inner chain gets one more step at its end, which says who waits.
 * - However long such a chain is, one loop runs it (`#run`); the JavaScript stack doesn't grow.
 */
import { inspect } from 'node:util';
import { cancelOnAbort, type AbortOptions } from './abort-signal.js';
import { abortSignalOf, signalOf } from './cancel-signal.js';
import { Chainable } from './chainable.js';
import { DebugInfo, getDebugging } from './debug-info.js';
import { AlreadyCalledError, CancelledError } from './errors.js';
import { Failure, isFailure } from './failure.js';
import { PromiseLink } from './promise-link.js';
import {
  append,
  checkFunction,
  Step,
  withoutFirst,
  type Settled,
  type StepFunction,
  type StepResult,
} from './step.js';
import { isThenable } from './thenable.js';
import type { ICallLater } from './time-limit.js';
import { forgetUnhandled, watchUnhandled } from './unhandled-errors.js';

export type { ICallLater, Settled, StepResult };

/*
 * The bits of a chain's state. They share one small integer since most questions are about several of them
 * ("fired and free to run?" is one comparison), and since Deferreds are many and should be small. They stand here
 * since V8 doesn't take what is imported for a constant: from a file of their own they made firing 15% slower.
 */
const FIRED = 1;
const RUNNING = 2; // One of its steps is being called.
const WAITING = 4; // It has no result until another chain hands it one.
const FORGIVING = 8; // Cancelled without a canceller, so whoever is to fire it doesn't know: once, that is forgiven.
const CANCELLED = 16; // It was cancelled before it had fired.
const PAUSED_ONCE = 32; // From this bit on, the calls of `pause` are counted.

/** What doesn't matter to the question whether steps can run. */
const HISTORY = FORGIVING | CANCELLED;

/** How long a circle of Deferreds that wait for each other is found out; looking further would make long chains slow. */
const CYCLE_MAX = 100;

type Canceller = (chain: never) => void;

/**
 * A result that will be there later, with the chain of callbacks that wait for it.
 *
 * `T` is what the next callback gets; each `add...` returns this same Deferred under the type that the chain has
 * from there on. A Deferred can be awaited: `await` gives the result at the chain's present end, or throws the
 * failure's value, and leaves the result in place; a failure counts as handled then, as the promise carries it.
 */
export class Deferred<T> extends Chainable<T> {
  #state = 0;
  #result: unknown = undefined;
  /** The step whose turn is next; where both are undefined it is the first of `#later`. */
  #callback: StepFunction | undefined = undefined;
  #errback: StepFunction | undefined = undefined;
  /** The steps behind it: the last one of a ring (see `append`). */
  #later: Step<Deferred<unknown>> | undefined = undefined;
  /** Who hears of a cancellation: until it fires its canceller, and while it waits the chain that it waits for. */
  #upstream: Canceller | Deferred<unknown> | undefined;
  #info: DebugInfo | undefined;

  /**
   * @param canceller is called by {@link cancel}, at most once, with this Deferred, while it hasn't fired. It should
   * stop what would have fired it, and may fire it itself; if it doesn't, the Deferred fails with CancelledError.
   */
  constructor(canceller?: (deferred: Deferred<T>) => void) {
    if (canceller !== undefined) checkFunction(canceller, 'canceller');
    super();
    this.#upstream = canceller;
    this.#info = getDebugging() ? new DebugInfo(new.target) : undefined;
  }

  /**
   * A Deferred that gets what becomes of `promise`. Cancelling it lets go of the promise, which nothing stops.
   * Instead of a promise it takes a function that starts one: its AbortSignal is aborted when the Deferred is
   * cancelled. `options.signal` works the other way: when it is aborted the Deferred is cancelled. Throws a
   * TypeError for what is neither.
   */
  static fromPromise<T>(
    promise: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>),
    options: AbortOptions = {},
  ): Deferred<T> {
    const link = new PromiseLink<T>();
    const deferred = new Deferred<T>(() => {
      link.cut();
    });
    link.receiver = deferred;
    if (options.signal !== undefined) cancelOnAbort(deferred, options.signal);
    if (typeof promise === 'function') link.start(promise, deferred);
    else link.follow(promise);
    return deferred;
  }

  /** True once it was fired or cancelled, even if a step keeps its chain waiting. */
  get called(): boolean {
    return (this.#state & FIRED) !== 0;
  }

  /** How often it is paused: by `pause`, and once if it waits for a Deferred that a step returned. */
  get paused(): number {
    return Math.floor(this.#state / PAUSED_ONCE) + ((this.#state & WAITING) === 0 ? 0 : 1);
  }

  /**
   * An AbortSignal that is aborted when this Deferred is cancelled before it has fired, just before its canceller is
   * called; the reason is the CancelledError. So what is to fire it can be told by it: `fetch(url, { signal })`. It
   * is made when it is first asked for. Nothing else aborts it.
   */
  get signal(): AbortSignal {
    return signalOf(this, (this.#state & CANCELLED) !== 0);
  }

  /**
   * Fires it with a result; a Failure as result is the same as `errback`. The steps run before this returns.
   * Throws AlreadyCalledError if it was fired before, TypeError for a Deferred as result.
   */
  callback(result: T | Failure): void {
    if (typeof result === 'object' && result instanceof Deferred) {
      throw new TypeError('A Deferred is not a result: return it from a callback, or use chainDeferred()');
    }
    if (this.#begin(result)) this.#run();
  }

  /** Fires it with a failure: a Failure, or what one is to be made of. Throws AlreadyCalledError. */
  errback(reason: unknown): void {
    if (this.#begin(Failure.from(reason))) this.#run();
  }

  /**
   * Adds a step that fires `other` with the result or failure reached here; this Deferred's own result is
   * undefined from there on. Nobody else should fire `other`.
   */
  chainDeferred(other: Deferred<T>): Deferred<void> {
    if (!(other instanceof Deferred)) throw new TypeError('chainDeferred() takes a Deferred');
    this.#addReceiver(other, false);
    return this as Deferred<unknown> as Deferred<void>;
  }

  /** Runs no more steps until `unpause` was called as often. */
  pause(): void {
    this.#state += PAUSED_ONCE;
  }

  /** Takes one `pause` back, and runs what waited if it was the last. Throws an Error without a `pause`. */
  unpause(): void {
    if (this.#state < PAUSED_ONCE) throw new Error('unpause() without pause()');
    this.#state -= PAUSED_ONCE;
    this.#run();
  }

  /**
   * Asks for the result no more. Before it has fired, the canceller is called, and if that doesn't fire it, it
   * fails with a CancelledError (whose cause is `cause`). While it waits for a Deferred that a step returned,
   * that one is cancelled instead. Otherwise this does nothing.
   *
   * Without a canceller, the one `callback` or `errback` that comes too late is ignored. A canceller that throws
   * fails the Deferred with its error.
   */
  override cancel(cause?: unknown): void {
    const innermost = this.#innermost();
    if (innermost !== undefined) {
      innermost.cancel(cause);
    } else if (!this.called) {
      this.#state |= CANCELLED;
      const error = new CancelledError(undefined, cause === undefined ? {} : { cause });
      abortSignalOf(this, error);
      if ((this.#state & FIRED) === 0) this.cancelUnfired(error); // A listener may have fired it.
    }
  }

  /** One line: whether it has fired, its result or failure, whom it waits for. */
  override toString(): string {
    const paused = this.#state < PAUSED_ONCE ? '' : ', paused';
    return `Deferred(${this.#describeResult()}${paused})`;
  }

  /** As `toString()`, and how many callbacks wait in its chain: `Deferred(pending, callbacks: 2)`. */
  [inspect.custom](): string {
    const steps = this.#countSteps();
    return steps === 0 ? this.toString() : `${this.toString().slice(0, -1)}, callbacks: ${steps})`;
  }

  /** What `cancel` does to one that hasn't fired. Who makes a kind of Deferred of its own may do something else. */
  protected cancelUnfired(error: CancelledError): void {
    const canceller = this.#upstream as Canceller | undefined;
    if (canceller === undefined) {
      this.#state |= FORGIVING;
    } else {
      this.#upstream = undefined;
      try {
        canceller(this as never);
      } catch (thrown) {
        if (this.called) throw thrown;
        this.errback(thrown);
      }
    }
    if (!this.called) this.errback(error);
  }

  /** Puts a step at the end and runs it if its turn has come. */
  protected override addStep(callback: StepFunction | undefined, errback: StepFunction | undefined): void {
    if (this.#hasSteps()) {
      this.#later = append(this.#later, new Step<Deferred<unknown>>(callback, errback, undefined, false));
    } else {
      // The first step needs no object of its own, and few Deferreds have many more.
      this.#callback = callback;
      this.#errback = errback;
    }
    if (this.called) this.#run();
  }

  /** Puts a step at the end that gives the result to `receiver`, which goes on with it or is fired with it. */
  #addReceiver(receiver: Deferred<unknown>, receiverWaits: boolean): void {
    this.#later = append(this.#later, new Step(undefined, undefined, receiver, receiverWaits));
    if (this.called) this.#run();
  }

  /** Somebody else carries `failure` on: if it stays at the chain's end, that is nobody's fault. */
  protected override excuse(failure: Failure): void {
    this.#info ??= new DebugInfo(undefined);
    this.#info.excused = failure;
  }

  #describeResult(): string {
    if (!this.called) return 'pending';
    const innermost = this.#innermost();
    if (innermost !== undefined) return `waiting for ${innermost.toString()}`;
    if (isFailure(this.#result)) return `failure: ${this.#result.toString()}`;
    return `result: ${inspect(this.#result, { depth: 0, breakLength: Infinity, compact: true })}`;
  }

  /** The Deferred that this one waits for. */
  #source(): Deferred<unknown> | undefined {
    return (this.#state & WAITING) === 0 ? undefined : (this.#upstream as Deferred<unknown>);
  }

  /** The one that everything here waits for in the end; undefined if it doesn't wait. */
  #innermost(): Deferred<unknown> | undefined {
    let innermost = this.#source();
    for (let next = innermost; next !== undefined; next = next.#source()) innermost = next;
    return innermost;
  }

  #hasSteps(): boolean {
    return this.#callback !== undefined || this.#errback !== undefined || this.#later !== undefined;
  }

  #countSteps(): number {
    let steps = this.#callback === undefined && this.#errback === undefined ? 0 : 1;
    const last = this.#later;
    if (last === undefined) return steps;
    for (let step = last.next; step !== last; step = step.next) steps += 1;
    return steps + 1;
  }

  /** Takes the first result; false if it comes too late and that is forgiven. Runs nothing. */
  #begin(result: unknown): boolean {
    if ((this.#state & FIRED) !== 0) {
      if ((this.#state & FORGIVING) === 0) {
        throw new AlreadyCalledError(`The Deferred has already been fired${this.#info?.describe() ?? ''}`);
      }
      this.#state &= ~FORGIVING;
      return false;
    }
    this.#state |= FIRED;
    this.#upstream = undefined;
    this.#info?.recordFiring();
    this.#result = result;
    return true;
  }

  #run(): void {
    const receiver = this.#runSteps();
    if (receiver !== undefined) this.#runFrom(receiver);
  }

  /**
   * Goes on where the result went, from one chain to the next. One whose result moved on while it has steps
   * left gets them run after all those that its result went to.
   */
  #runFrom(receiver: Deferred<unknown>): void {
    const unfinished: Deferred<unknown>[] = this.#hasSteps() ? [this] : [];
    let current: Deferred<unknown> | undefined = receiver;
    while (current !== undefined) {
      const next = current.#runSteps();
      if (next !== undefined && current.#hasSteps()) unfinished.push(current);
      current = next ?? unfinished.pop();
    }
  }

  /** Runs steps until none can run, or until the result has moved: then it returns the chain that has it now. */
  #runSteps(): Deferred<unknown> | undefined {
    // Neither waiting, nor paused, nor already running further up the stack.
    if ((this.#state & ~HISTORY) !== FIRED) {
      if ((this.#state & RUNNING) === 0) this.#noteOutcome();
      return undefined;
    }
    this.#state |= RUNNING;
    let receiver: Deferred<unknown> | undefined;
    for (;;) {
      let callback = this.#callback;
      let errback = this.#errback;
      if (callback !== undefined || errback !== undefined) {
        this.#callback = undefined;
        this.#errback = undefined;
      } else {
        if (this.#later === undefined) break;
        const step = this.#later.next;
        this.#later = withoutFirst(this.#later);
        if (step.receiver !== undefined) {
          receiver = this.#handOver(step.receiver, step.receiverWaits);
          if (receiver === undefined) continue;
          break;
        }
        ({ callback, errback } = step);
      }
      const f = isFailure(this.#result) ? errback : callback;
      if (f === undefined) continue;
      let result: unknown;
      try {
        result = f(this.#result as never);
        if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
          result = this.#adopt(result);
        }
      } catch (error) {
        result = Failure.from(error);
      }
      this.#result = result;
      // The step may have paused this chain, or have returned one that has to be waited for.
      if ((this.#state & ~HISTORY) !== (FIRED | RUNNING)) break;
      // The loop would find that out itself, but for a chain of one step that takes a tenth of the whole.
      if (!this.#hasSteps()) break;
    }
    this.#state &= ~RUNNING;
    if (receiver === undefined) this.#noteOutcome();
    return receiver;
  }

  #noteOutcome(): void {
    if (isFailure(this.#result)) {
      watchUnhandled(this, (this.#info ??= new DebugInfo(undefined)), this.#result);
    } else if (this.#info !== undefined) {
      forgetUnhandled(this.#info);
    }
  }

  /** The result that an object returned by a step stands for; undefined if it has to be waited for. */
  #adopt(returned: object): unknown {
    if (isFailure(returned) || !isThenable(returned)) return returned;
    const inner =
      returned instanceof Deferred ? (returned as Deferred<unknown>) : Deferred.fromPromise(returned);
    if (this.#isWaitedForBy(inner))
      throw new TypeError('A callback returned a Deferred that waits for its own');
    if ((inner.#state & ~HISTORY) === FIRED && !inner.#hasSteps()) return inner.#takeResult();
    this.#result = undefined;
    this.#upstream = inner;
    this.#state |= WAITING;
    // If inner's result has just moved on and only its later steps are left, they run now and end the waiting.
    inner.#addReceiver(this, true);
    return this.#result;
  }

  /** Whether `other` is this chain or waits for it, looking no further than `CYCLE_MAX` chains. */
  #isWaitedForBy(other: Deferred<unknown>): boolean {
    let waiting: Deferred<unknown> | undefined = other;
    for (let hops = 0; waiting !== undefined && hops < CYCLE_MAX; hops += 1) {
      if (waiting === this) return true;
      waiting = waiting.#source();
    }
    return false;
  }

  /** Gives the result to another chain; answers that one, or undefined if it doesn't go on with it. */
  #handOver(receiver: Deferred<unknown>, receiverWaits: boolean): Deferred<unknown> | undefined {
    if (receiverWaits) {
      receiver.#upstream = undefined;
      receiver.#state &= ~WAITING;
      receiver.#result = this.#takeResult();
      return receiver;
    }
    try {
      const begun = receiver.#begin(this.#result);
      this.#takeResult();
      return begun ? receiver : undefined;
    } catch (error) {
      this.#result = Failure.from(error);
      return undefined;
    }
  }

  /** The result leaves this chain, and with it the duty to handle a failure. */
  #takeResult(): unknown {
    const result = this.#result;
    this.#result = undefined;
    if (this.#info !== undefined) forgetUnhandled(this.#info);
    return result;
  }
}
