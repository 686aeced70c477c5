import { Agenda } from './agenda.js';
import { Choices } from './choices.js';
import { FileSystem } from './file-system.js';
import type { Host } from './host.js';
import { type BufferSizes, type Latency, Network } from './network.js';
import { SimulatedProcess, type SimulatedProcessOptions } from './simulated-process.js';
import { SimulationError } from './simulation-error.js';

/** What a {@link SimulatedKernel} is to be like. */
export interface SimulatedKernelOptions {
  /** Decides everything that is left to chance: a whole number from 0 to 2^32 - 1; 1 unless it is given. */
  readonly seed?: number;
  /** How long packets take between different hosts; no time unless it is given. */
  readonly latency?: Latency;
  /** How likely it is that a send, a receive or a segment is cut short somewhere, from 0 (never, the default) to 1. */
  readonly fragmentation?: number;
  /** SO_SNDBUF and SO_RCVBUF of TCP sockets: 524,288 and 131,072 bytes unless they are given. */
  readonly buffers?: BufferSizes;
}

/** How long a run may take. */
export interface RunOptions {
  /** How long it may take, in virtual ms; an hour unless it is given. */
  readonly withinMs?: number;
}

const PATIENCE_MS = 3_600_000;
/** So many steps without the clock moving are a program that spins. */
const SPIN_STEPS = 100_000;

/**
 * A kernel in memory, to run real reactors, ports and connections on: sockets, epoll, pipes, descriptor limits and a network, without
 * a real descriptor, a real timer or a real packet. It is deterministic: the same program with the same seed does the same, step by
 * step. The clock is virtual: it stands still while anything can be done, and jumps to what comes next when nothing can.
 *
 *     const kernel = new SimulatedKernel({ seed: 7 });
 *     const server = new Reactor({ driver: kernel.createProcess({ descriptorLimit: 64 }) });
 *     const client = new Reactor({ driver: kernel.createProcess() });
 *     server.listenTCP(80, factory);
 *     client.connectTCP('127.0.0.1', 80, clientFactory);
 *     await kernel.run(() => clientFactory.done);
 *
 * In each step one host loop does one thing, a turn or a flush. `run` lets all promises that are settled continue after each step, and
 * so may be used with `await` and `async` anywhere; `runSync` doesn't, and suits tests that have none.
 */
export class SimulatedKernel {
  /** With this number everything can be repeated. */
  readonly seed: number;
  /** What happens when. */
  readonly agenda = new Agenda();
  /** Decides what is left to chance. */
  readonly choices: Choices;
  /** The files that programs may open. */
  readonly files = new FileSystem();
  /** How hosts reach each other. */
  readonly network: Network;
  /** The machine that processes run on unless they are told another one. It has the loopback addresses only. */
  readonly localhost: Host;
  readonly #processes: SimulatedProcess[] = [];
  #stepsAtOnce = 0;

  constructor({ seed = 1, latency, fragmentation = 0, buffers }: SimulatedKernelOptions = {}) {
    this.seed = seed;
    this.choices = new Choices(seed);
    this.network = new Network(this.agenda, this.choices);
    if (latency !== undefined) this.network.latency = latency;
    if (buffers !== undefined) this.network.buffers = buffers;
    this.network.fragmentation = fragmentation;
    this.localhost = this.network.addHost('localhost');
  }

  /** The virtual time, in ms since the kernel was made. */
  get now(): number {
    return this.agenda.now;
  }

  /** The processes, in the order in which they were made. */
  get processes(): readonly SimulatedProcess[] {
    return this.#processes;
  }

  /** A process with descriptors of its own: the driver of a reactor. */
  createProcess(options: SimulatedProcessOptions = {}): SimulatedProcess {
    const { name = `process ${this.#processes.length + 1}` } = options;
    const process = new SimulatedProcess(this, name, options);
    this.#processes.push(process);
    return process;
  }

  /** A machine with addresses of its own, for processes that reach each other over the network: `kernel.addHost('web', '10.0.0.1')`. */
  addHost(name: string, ...addresses: string[]): Host {
    return this.network.addHost(name, addresses);
  }

  /**
   * Goes on until a condition holds, which is looked at after each step; without one, until no reactor keeps its process alive or nothing
   * will ever happen. Rejects with a SimulationError, which names the seed, if nothing will happen any more and the condition doesn't hold, if the time is
   * over, or if the program spins; and with whatever a turn throws.
   */
  async run(until?: () => boolean, options: RunOptions = {}): Promise<void> {
    const deadline = this.now + (options.withinMs ?? PATIENCE_MS);
    await continuations();
    while (this.#goesOn(until, deadline)) await continuations();
  }

  /** The same in one go: promises that are settled meanwhile don't continue until it returns. */
  runSync(until?: () => boolean, options: RunOptions = {}): void {
    const deadline = this.now + (options.withinMs ?? PATIENCE_MS);
    while (this.#goesOn(until, deadline));
  }

  /** Lets so much virtual time pass, with all that happens in it. */
  async runFor(durationMs: number): Promise<void> {
    const end = this.now + durationMs;
    await continuations();
    while (this.advance(end)) await continuations();
  }

  /** One host loop that has something to do does it; which one, the seed says. False if none has anything to do at this time. */
  step(): boolean {
    this.agenda.runDue();
    const ready = this.#loops().filter((loop) => loop.isReady);
    if (ready.length === 0) return false;
    this.#stepsAtOnce += 1;
    this.choices.one(ready).step();
    this.agenda.runDue();
    return true;
  }

  /**
   * A step; or, if there is none to be made, the clock goes on to what comes next, but not beyond `endMs`. False if nothing is left to do until
   * then: the clock is there.
   */
  advance(endMs: number): boolean {
    if (this.#advance(endMs)) return true;
    this.agenda.advanceTo(endMs);
    return false;
  }

  /**
   * Lets time go on inside a system call until a condition holds or so many ms (-1: any number of them) are over. The network goes on, host loops
   * don't. Throws a SimulationError if it would be for ever.
   */
  block(until: () => boolean, timeoutMs: number): void {
    this.agenda.runDue();
    const end = timeoutMs < 0 ? Infinity : this.now + timeoutMs;
    while (!until()) {
      const { next } = this.agenda;
      if (next !== undefined && next <= end) {
        this.agenda.advanceTo(next);
      } else if (end === Infinity) {
        throw new SimulationError(this, 'A system call would block for ever');
      } else {
        this.agenda.advanceTo(end);
        until();
        return;
      }
    }
  }

  /** One step or jump; false if there is no need for one. */
  #goesOn(until: (() => boolean) | undefined, deadline: number): boolean {
    if (until?.() === true || (until === undefined && this.#isDeserted)) return false;
    if (this.#stepsAtOnce > SPIN_STEPS)
      throw new SimulationError(this, 'The program spins: time stands still', until);
    if (this.#advance(deadline)) return true;
    const isEnd = this.#next() === undefined;
    if (isEnd && until === undefined) return false;
    throw new SimulationError(this, isEnd ? 'Nothing will happen any more' : 'Time is over', until);
  }

  /** Nothing keeps a process alive, and nothing is to be done that might. */
  get #isDeserted(): boolean {
    return !this.#loops().some((loop) => loop.isAlive || loop.isReady);
  }

  /** The same, but where nothing is left to do the clock stays. */
  #advance(endMs: number): boolean {
    if (this.step()) return true;
    const next = this.#next();
    if (next === undefined || next > endMs) return false;
    if (next > this.now) this.#stepsAtOnce = 0;
    this.agenda.advanceTo(next);
    return true;
  }

  /** When something happens by itself. */
  #next(): number | undefined {
    const times = this.#loops().map((loop) => loop.wakesAt);
    return [...times, this.agenda.next].reduce((one, other) => {
      if (one === undefined || other === undefined) return one ?? other;
      return Math.min(one, other);
    }, undefined);
  }

  #loops() {
    return this.#processes.flatMap(({ loops }) => loops);
  }
}

/**
 * Lets promises continue. All of Node's microtasks and next ticks have run before it calls an immediate, however long their chains
 * are; no clock is involved.
 */
function continuations(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
