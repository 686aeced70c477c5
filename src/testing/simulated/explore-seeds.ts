import { SimulatedKernel, type SimulatedKernelOptions } from './simulated-kernel.js';

/** What {@link exploreSeeds} tries, and on what kernels. */
export interface ExploreOptions extends Omit<SimulatedKernelOptions, 'seed'> {
  /** How many seeds are tried: 100 unless it is given. */
  readonly seeds?: number;
  /** The first of them, 0 unless it is given: with the seed of a failure, and `seeds: 1`, that one is repeated. */
  readonly first?: number;
}

const SEEDS = 100;

/**
 * Runs a test on one simulated kernel after the other, each with a seed of its own, until it fails: then it rejects with an Error that names the
 * seed, and has what the test threw as its `cause`.
 *
 *     await exploreSeeds({ seeds: 200, fragmentation: 0.3 }, async (kernel) => { ... });
 */
export async function exploreSeeds(
  options: ExploreOptions,
  test: (kernel: SimulatedKernel) => unknown,
): Promise<void> {
  const { seeds = SEEDS, first = 0, ...kernelOptions } = options;
  for (let seed = first; seed < first + seeds; seed += 1) {
    try {
      await test(new SimulatedKernel({ ...kernelOptions, seed }));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`With seed ${seed}: ${message}`, { cause });
    }
  }
}
