/** A kernel in memory, deterministic, with a virtual clock. */
export { Choices } from './choices.js';
export { type ExploreOptions, exploreSeeds } from './explore-seeds.js';
export type { FileSystem } from './file-system.js';
export type { Host } from './host.js';
export type { BufferSizes, Latency, Network } from './network.js';
export type { SimulatedHostLoop } from './simulated-host-loop.js';
export { type RunOptions, SimulatedKernel, type SimulatedKernelOptions } from './simulated-kernel.js';
export type { SimulatedLibc } from './simulated-libc.js';
export type { SimulatedProcess, SimulatedProcessOptions } from './simulated-process.js';
export { SimulationError } from './simulation-error.js';
