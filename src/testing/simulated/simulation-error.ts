/** What an error tells about the kernel that it happened on. */
export interface Simulation {
  readonly seed: number;
  readonly now: number;
}

/** A simulation that can't go on. Its message names the seed with which it can be repeated. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  /** With this number it can be repeated. */
  readonly seed: number;
  /** The virtual time at which it happened, in ms. */
  readonly timeMs: number;

  constructor({ seed, now }: Simulation, why: string, waitingFor?: () => boolean) {
    const condition = waitingFor === undefined ? '' : `, and this doesn't hold: ${waitingFor.toString()}`;
    super(`${why}${condition} (seed ${seed}, at ${now} ms)`);
    this.seed = seed;
    this.timeMs = now;
  }
}
