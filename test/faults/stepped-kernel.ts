import { type IHostLoop, type Libc, getDriver } from '../../src/libc/index.js';
import { SimulatedKernel, type SimulatedKernelOptions } from '../../src/testing/index.js';
import { AutoJumpLoop } from './auto-jump-loop.js';

/** A kernel, real or not, under one host loop that does nothing but when it is stepped, and whose time jumps. */
export interface SteppedKernel {
  readonly name: string;
  readonly libc: Libc;
  /** The loop of the one reactor. */
  readonly loop: IHostLoop;
  now(): number;
  /**
   * A flush, a turn or a jump to the next timer that isn't later than `untilMs`; where packets take real time, they get `waitMs` of it before
   * the jump. False if nothing seems to happen until then.
   */
  step(untilMs: number, waitMs: number): boolean;
}

/** The real kernel, by the default driver; or any other `Libc` over it. */
export class RealSteppedKernel implements SteppedKernel {
  readonly name: string;
  readonly libc: Libc;
  readonly loop: AutoJumpLoop;

  constructor(libc: Libc = getDriver().libc) {
    this.name = libc.name;
    this.libc = libc;
    this.loop = new AutoJumpLoop(libc);
  }

  now(): number {
    return this.loop.now();
  }

  step(untilMs: number, waitMs: number): boolean {
    return this.loop.step(untilMs, waitMs);
  }
}

/** A kernel in memory. */
export class SimulatedSteppedKernel implements SteppedKernel {
  readonly name: string;
  readonly libc: Libc;
  readonly loop: IHostLoop;
  readonly #kernel: SimulatedKernel;

  constructor(options: SimulatedKernelOptions = {}) {
    this.#kernel = new SimulatedKernel(options);
    const process = this.#kernel.createProcess();
    this.name = 'the simulated kernel';
    this.libc = process.libc;
    this.loop = process.createHostLoop();
  }

  now(): number {
    return this.#kernel.now;
  }

  step(untilMs: number): boolean {
    return this.#kernel.advance(untilMs);
  }
}
