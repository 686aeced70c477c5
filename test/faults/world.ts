import { expect } from 'chai';
import { flushUnhandledErrors } from '../../src/defer/index.js';
import type { ITCPPort } from '../../src/interfaces/index.js';
import type { IHostLoop, Libc } from '../../src/libc/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { FileDescriptorReservation, spareEventfd } from '../../src/tcp/index.js';
import { FaultyLibc, type LibcCall } from '../../src/testing/index.js';
import { Peers, type RecordingProtocol, addressOf } from '../../src/testing/conformance/index.js';
import { requireBalance, requireOneLife } from './conversation.js';
import type { Injection } from './mishaps.js';
import { PendingErrors } from './pending-errors.js';
import type { SteppedKernel } from './stepped-kernel.js';

/** More steps than this within one wait are a spin: no scenario needs a half of them, back-offs included. */
const STEPS_MAX = 1500;

/** In virtual time: longer than any time-out or back-off in the scenarios. */
const PATIENCE_MS = 20_000;

/** How long a kernel gets, in ms and so many times over, to carry a packet over when it seems that nothing will happen. */
const KERNEL_MS = 1;
const KERNEL_WAITS = 3;

/** A factory whose protocols are looked at in the end. */
export interface Watched {
  readonly events: readonly string[];
  readonly protocols: readonly RecordingProtocol[];
}

/** One run: a reactor over a kernel with faults, plain sockets over the same kernel without, and a time that jumps. */
export class World {
  readonly libc: Libc;
  readonly peers: Peers;
  readonly reservation: FileDescriptorReservation;
  readonly #kernel: SteppedKernel;
  readonly #pending: PendingErrors;
  readonly #faults: FaultyLibc;
  readonly #openBefore: number;
  readonly #factories: Watched[] = [];
  readonly #cleanups: (() => void)[] = [];
  #reactor: Reactor | undefined;
  /** Whether peers were to reset their connections, and how many did. */
  #resetsMet = false;
  #connectionsReset = 0;
  /** What calls have met of faults that are over. */
  #injectedBefore = 0;

  /** `wrap` stands before the kernel of the reactor: to look at it, or to break something. */
  constructor(kernel: SteppedKernel, wrap: (libc: Libc) => Libc = (libc) => libc) {
    const { libc } = kernel;
    this.libc = libc;
    this.peers = new Peers(libc);
    this.#kernel = kernel;
    this.#pending = new PendingErrors(wrap(libc));
    this.#faults = new FaultyLibc(this.#pending);
    this.#openBefore = libc.descriptors.open;
    this.reservation = new FileDescriptorReservation(spareEventfd(this.#faults));
  }

  /** Makes the reactor, whose calls may fail as well. */
  start(): void {
    const createHostLoop = (): IHostLoop => this.#kernel.loop;
    this.#reactor = new Reactor({ driver: { name: 'faulty', libc: this.#faults, createHostLoop } });
  }

  get reactor(): Reactor {
    if (this.#reactor === undefined) throw new Error('The world has not begun');
    return this.#reactor;
  }

  /** The virtual time in ms. */
  now(): number {
    return this.#kernel.now();
  }

  /** A factory whose protocols are looked at in the end. */
  watch<F extends Watched>(factory: F): F {
    this.#factories.push(factory);
    return factory;
  }

  /** What is to be given back in the end, whatever happens. */
  addCleanup(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  // ---- what goes wrong

  plan(injection: Injection): void {
    const { nth, persist, call } = injection;
    switch (injection.kind) {
      case 'errno':
        this.#faults.fail(call, injection);
        break;
      case 'short':
        this.#faults.truncate(injection.call, injection);
        break;
      case 'pending':
        this.#pending.say(injection.errno, nth, persist);
        break;
      case 'reset':
        this.#faults.before(call, () => this.#resetPeers(), { nth, persist });
    }
  }

  /** Nothing goes wrong any more, and calls are counted from here on. */
  endFaults(): void {
    this.#injectedBefore += this.#faults.injected + this.#pending.injected;
    this.#faults.reset();
    this.#pending.reset();
  }

  /** The calls that were made since the beginning, or since `endFaults`. */
  get calls(): ReadonlyMap<LibcCall, number> {
    return new Map(this.#faults.calls);
  }

  /** Whether any of the plans had its time. */
  get met(): boolean {
    return this.#resetsMet || this.injected > 0;
  }

  /** How many calls failed or were cut short, and how many connections were reset. */
  get injected(): number {
    const now = this.#faults.injected + this.#pending.injected;
    return this.#injectedBefore + now + this.#connectionsReset;
  }

  // ---- how it goes on

  /** Goes on until `done`, or until nothing happens any more. True if it is done. Fails if it spins. */
  run(done: () => boolean, onStep: () => void = () => {}): boolean {
    const until = this.#kernel.now() + PATIENCE_MS;
    let idle = 0;
    for (let step = 0; step < STEPS_MAX; step += 1) {
      this.peers.poll();
      onStep();
      if (done()) return true;
      idle = this.#kernel.step(until, idle === 0 ? 0 : KERNEL_MS) ? 0 : idle + 1;
      if (idle > KERNEL_WAITS) return false;
    }
    throw new Error(`The reactor spins: ${STEPS_MAX} steps, and ${this.#kernel.now()} ms`);
  }

  /** Whether nothing is under way: no timer, no writer, and no reader but so many ports. */
  isQuiet(ports: number): boolean {
    const reactor = this.#reactor;
    if (reactor === undefined) return true;
    const left = [...reactor.getDelayedCalls(), ...reactor.getWriters(), ...reactor.getReaders()];
    return left.length <= ports;
  }

  /** A port that wasn't stopped accepts a client once the fault is gone. */
  requireLife(port: ITCPPort): void {
    const [factory] = this.#factories;
    const before = factory?.protocols.length ?? 0;
    const peer = this.peers.connect(addressOf(port));
    const isServed = (): boolean => {
      const { protocols = [] } = factory ?? {};
      return protocols.length > before && protocols.at(-1)?.made === true;
    };
    expect(this.run(isServed), 'the port accepts again').to.equal(true);
    peer.close();
  }

  /** Ends everything that is still there, then looks at what is left. */
  close(ports: readonly ITCPPort[]): void {
    this.#cleanUp();
    for (const port of ports) void port.stopListening();
    for (const protocol of this.#protocols()) if (protocol.made) protocol.transport.abortConnection();
    this.peers.close();
    this.run(() => this.isQuiet(0));
    const reactor = this.#reactor;
    expect(reactor?.getDelayedCalls().map(String) ?? [], 'timers left').to.deep.equal([]);
    expect(reactor?.getReaders() ?? [], 'readers left').to.deep.equal([]);
    expect(reactor?.getWriters() ?? [], 'writers left').to.deep.equal([]);
    reactor?.close();
    this.reservation[Symbol.dispose]();
    expect(this.libc.descriptors.open - this.#openBefore, 'descriptors left open').to.equal(0);
    expect(flushUnhandledErrors().map(String), 'unhandled failures').to.deep.equal([]);
    for (const protocol of this.#protocols()) requireOneLife(protocol);
    for (const { events } of this.#factories) requireBalance(events);
  }

  /** Gives everything back, whatever its state. */
  abandon(): void {
    this.endFaults();
    this.#cleanUp();
    this.peers.close();
    this.#reactor?.close();
    this.reservation[Symbol.dispose]();
    flushUnhandledErrors();
  }

  #cleanUp(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }

  #resetPeers(): void {
    this.#resetsMet = true;
    this.#connectionsReset += this.peers.resetAll();
  }

  #protocols(): RecordingProtocol[] {
    return this.#factories.flatMap(({ protocols }) => protocols);
  }
}
