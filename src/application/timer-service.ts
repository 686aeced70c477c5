import type { Deferred } from '../defer/index.js';
import { getLog } from '../logger/index.js';
import { type LoopClock, LoopingCall } from '../task/index.js';
import { Service } from './service.js';
import { UnderWay } from './under-way.js';

const log = getLog('application');

/**
 * Calls a function every so many seconds while it runs, first at its start. A call that fails (throws, or returns a Deferred or
 * promise that fails) is logged, and it calls no more until it is started again. Twisted: `TimerService`.
 */
export class TimerService<A extends readonly unknown[] = []> extends Service {
  /** The clock of the next start: the default reactor unless it is set. */
  clock: LoopClock | undefined;
  readonly #step: number;
  readonly #f: (...args: A) => unknown;
  readonly #args: A;
  #loop: LoopingCall<A> | undefined;
  /** From the start of a loop until its last call has ended. */
  #looping = new UnderWay();

  /** @param step in seconds. Throws a RangeError if it is negative or not finite, a TypeError if `f` isn't a function. */
  constructor(step: number, f: (...args: A) => unknown, ...args: A) {
    super();
    if (!(step >= 0 && step < Infinity)) {
      throw new RangeError(`The step must be 0 s or more and finite, not ${step}`);
    }
    if (typeof f !== 'function') throw new TypeError('TimerService takes a function to call');
    this.#step = step;
    this.#f = f;
    this.#args = args;
  }

  /** The first call is made in here, unless the last one of the run before is still under way: then it is made after that. */
  override startService(): void {
    if (this.#loop?.running === true) return;
    void super.startService();
    const loop = new LoopingCall<A>(this.#f, ...this.#args);
    if (this.clock !== undefined) loop.clock = this.clock;
    this.#loop = loop;
    const before = this.#looping;
    this.#looping = new UnderWay().start(() => before.waitForEnd().addCallback(() => this.#startLoop(loop)));
  }

  /** Calls no more. Fires when no call is under way any more, also if the last one has failed. */
  override stopService(): Deferred<void> {
    void super.stopService();
    const loop = this.#loop;
    this.#loop = undefined;
    if (loop?.running === true) loop.stop();
    return this.#looping.wait();
  }

  /** Stopped or started anew meanwhile, it isn't started any more. */
  #startLoop(loop: LoopingCall<A>): Deferred<unknown> | undefined {
    if (this.#loop !== loop) return undefined;
    return loop.start(this.#step).addErrback((failure) => {
      log.failure('A call of {service} failed, it calls no more', failure, { service: String(this) });
      return undefined;
    });
  }
}
