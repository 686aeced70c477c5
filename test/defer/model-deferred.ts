import { AlreadyCalledError, CancelledError, Failure } from '../../src/defer/index.js';

export type StepFunction = (result: unknown) => unknown;
type Step =
  { callback: StepFunction; errback: StepFunction } | { resume: ModelDeferred } | { fire: ModelDeferred };

const pass: StepFunction = (result) => result;

/**
 * A Deferred written for obviousness: arrays, recursion, no shortcuts. What it does is the reference for the real one.
 * It knows no promises.
 */
export class ModelDeferred {
  fired = false;
  result: unknown = undefined;
  source: ModelDeferred | undefined = undefined;
  #forgiving = false;
  #running = false;
  #pauses = 0;
  readonly #steps: Step[] = [];
  readonly #canceller: ((deferred: ModelDeferred) => void) | undefined;

  constructor(canceller?: (deferred: ModelDeferred) => void) {
    this.#canceller = canceller;
  }

  addCallbacks(callback: StepFunction, errback: StepFunction = pass): this {
    this.#steps.push({ callback, errback });
    this.#run();
    return this;
  }

  chainDeferred(other: ModelDeferred): void {
    this.#steps.push({ fire: other });
    this.#run();
  }

  callback(result: unknown): void {
    if (this.fired) {
      if (!this.#forgiving) throw new AlreadyCalledError();
      this.#forgiving = false;
      return;
    }
    this.fired = true;
    this.result = result;
    this.#run();
  }

  errback(reason: unknown): void {
    this.callback(Failure.from(reason));
  }

  pause(): void {
    this.#pauses += 1;
  }

  unpause(): void {
    if (this.#pauses === 0) throw new Error('unpause() without pause()');
    this.#pauses -= 1;
    this.#run();
  }

  cancel(): void {
    if (this.source !== undefined) this.source.cancel();
    else if (!this.fired) {
      if (this.#canceller === undefined) this.#forgiving = true;
      else this.#canceller(this);
      this.#failUnlessFired();
    }
  }

  #failUnlessFired(): void {
    if (!this.fired) this.errback(new CancelledError());
  }

  #blocked(): boolean {
    return !this.fired || this.#running || this.#pauses > 0 || this.source !== undefined;
  }

  #run(): void {
    while (!this.#blocked()) {
      const step = this.#steps.shift();
      if (step === undefined) return;
      if ('resume' in step) {
        step.resume.source = undefined;
        step.resume.result = this.#take();
        step.resume.#run();
      } else if ('fire' in step) {
        this.#fire(step.fire);
      } else {
        this.#call(this.result instanceof Failure ? step.errback : step.callback);
      }
    }
  }

  #fire(other: ModelDeferred): void {
    if (other.fired && !other.#forgiving) this.result = new Failure(new AlreadyCalledError());
    else other.callback(this.#take());
  }

  #call(f: StepFunction): void {
    this.#running = true;
    try {
      const returned = f(this.result);
      if (returned instanceof ModelDeferred) this.#waitFor(returned);
      else this.result = returned;
    } catch (error) {
      this.result = Failure.from(error);
    }
    this.#running = false;
  }

  #waitFor(inner: ModelDeferred): void {
    for (let other: ModelDeferred | undefined = inner; other !== undefined; other = other.source) {
      if (other === this) throw new TypeError('a circle');
    }
    this.result = undefined;
    this.source = inner;
    inner.#steps.push({ resume: this });
    inner.#run();
  }

  #take(): unknown {
    const { result } = this;
    this.result = undefined;
    return result;
  }
}
