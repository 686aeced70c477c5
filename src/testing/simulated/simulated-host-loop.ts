import { AsyncResource } from 'node:async_hooks';
import { EPOLLIN, type IHostLoop } from '../../libc/index.js';
import type { OpenFile } from './open-file.js';
import type { SimulatedProcess } from './simulated-process.js';

/** The context in which this module was loaded: the program's own. A turn is nobody's request. */
const scope = new AsyncResource('heddle.SimulatedHostLoop');

const nothing = (): void => undefined;

/**
 * A host loop that its kernel steps: nothing runs but in the kernel's `step`, and the time is the kernel's. What a turn throws comes out
 * of the step.
 */
export class SimulatedHostLoop implements IHostLoop {
  readonly #process: SimulatedProcess;
  #file: OpenFile | undefined;
  #turn: () => void = nothing;
  #flush: () => void = nothing;
  #turnWanted = false;
  #flushWanted = false;
  #wakeAt: number | undefined;
  #closed = false;
  #alive = false;

  constructor(process: SimulatedProcess) {
    this.#process = process;
  }

  /** Whether something is to be done now. */
  get isReady(): boolean {
    if (this.#closed) return false;
    return this.#flushWanted || this.#isTurnDue;
  }

  /** When something is to be done by itself; undefined if there is no such time. */
  get wakesAt(): number | undefined {
    return this.#closed ? undefined : this.#wakeAt;
  }

  /** Whether its process has to stay alive for it. A turn that is awaited keeps it alive, too, as a timer of Node's does. */
  get isAlive(): boolean {
    return !this.#closed && (this.#alive || this.#wakeAt !== undefined);
  }

  now(): number {
    return this.#process.kernel.now;
  }

  start(fd: number, turn: () => void, flush: () => void): void {
    this.#file = this.#process.requirePollable(fd);
    this.#turn = turn;
    this.#flush = flush;
  }

  requestTurn(): void {
    this.#turnWanted = true;
  }

  requestFlush(): void {
    this.#flushWanted = true;
  }

  wakeAt(timeMs: number | undefined): void {
    this.#wakeAt = timeMs;
  }

  ref(): void {
    this.#alive = true;
  }

  unref(): void {
    this.#alive = false;
  }

  close(): void {
    this.#closed = true;
    this.#file = undefined;
    this.#turn = nothing;
    this.#flush = nothing;
    this.#process.forget(this);
  }

  /** The flush that was asked for, which goes before everything else, or a turn. */
  step(): void {
    if (this.#flushWanted) {
      this.#flushWanted = false;
      scope.runInAsyncScope(this.#flush);
      return;
    }
    this.#turnWanted = false;
    if (this.#wakeAt !== undefined && this.#wakeAt <= this.now()) this.#wakeAt = undefined;
    scope.runInAsyncScope(this.#turn);
  }

  get #isTurnDue(): boolean {
    if (this.#turnWanted) return true;
    if (this.#wakeAt !== undefined && this.#wakeAt <= this.now()) return true;
    return ((this.#file?.readiness() ?? 0) & EPOLLIN) !== 0;
  }
}
