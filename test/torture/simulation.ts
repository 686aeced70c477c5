import { flushUnhandledErrors } from '../../src/defer/index.js';
import type { ITCPPort } from '../../src/interfaces/index.js';
import { EFD_CLOEXEC, type IHostLoop, type Libc } from '../../src/libc/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { FileDescriptorReservation, spareEventfd } from '../../src/tcp/index.js';
import {
  Choices,
  type FaultOdds,
  FaultyLibc,
  type Host,
  type LibcCall,
  SimulatedKernel,
  type SimulatedProcess,
  SimulationError,
} from '../../src/testing/index.js';
import { legalFaults } from '../faults/legal-faults.js';
import { Echo, EchoFactory, VisitFactory } from './actors.js';

/**
 * One random simulation: servers with few descriptors and faulty kernels, clients on other machines, a network that is slow and is cut now and then,
 * processes that are killed. All of it follows from one seed.
 *
 * What has to hold all along: each connectionMade has one connectionLost and nothing after it; bytes come whole and in order. What has to hold
 * at the end, when the faults are over: every port still serves; when everything is closed nothing is left: no descriptor, timer, reader or writer. And
 * in a calm simulation, without faults, every client has got everything back.
 */
export interface SimulationResult {
  readonly seed: number;
  readonly calm: boolean;
  readonly violations: readonly string[];
  readonly connections: number;
  readonly completed: number;
  readonly shed: number;
  readonly faults: number;
  readonly virtualMs: number;
}

export interface SimulationOptions {
  /** Stands before the kernel of each server: to break something, and see that it is found. */
  readonly wrap?: (libc: Libc) => Libc;
}

const PORT = 8007;
/** How long there are visitors, and trouble, in virtual seconds. */
const TROUBLE_S = 20;
/** How long it may take to get quiet, in virtual ms: longer than any TCP time-out. */
const PATIENCE_MS = 2_000_000;
const ODDS_MAX = 0.1;

interface Server {
  readonly process: SimulatedProcess;
  readonly faults: FaultyLibc;
  readonly reactor: Reactor;
  readonly reservation: FileDescriptorReservation;
  readonly factory: EchoFactory;
  readonly port: ITCPPort;
  readonly address: string;
}

interface Place {
  readonly process: SimulatedProcess;
  readonly faults: FaultyLibc;
  readonly reactor: Reactor;
  readonly host: Host;
  killed: boolean;
}

export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const simulation = new Simulation(seed, options);
  try {
    return simulation.run();
  } finally {
    simulation.abandon();
  }
}

class Simulation {
  readonly #seed: number;
  readonly #choices: Choices;
  readonly #calm: boolean;
  readonly #kernel: SimulatedKernel;
  readonly #servers: Server[] = [];
  readonly #places: Place[] = [];
  readonly #visits: VisitFactory[] = [];
  readonly #violations: string[] = [];
  #faultsMet = 0;
  /** A process of its own for whoever makes the trouble. */
  readonly #director: Reactor;
  readonly #wrap: (libc: Libc) => Libc;

  constructor(seed: number, { wrap = (libc) => libc }: SimulationOptions) {
    const choices = new Choices(seed);
    this.#seed = seed;
    this.#choices = choices;
    this.#wrap = wrap;
    this.#calm = choices.chance(0.25);
    this.#kernel = new SimulatedKernel({
      seed: choices.integer(0, 0xffff_ffff),
      fragmentation: choices.one([0, 0.1, 0.5]),
      latency: choices.one([
        { leastMs: 0, mostMs: 0 },
        { leastMs: 1, mostMs: 5 },
        { leastMs: 10, mostMs: 200 },
      ]),
      buffers: choices.one([
        { sendBytes: 524_288, receiveBytes: 131_072 },
        { sendBytes: 20_000, receiveBytes: 8192 },
      ]),
    });
    this.#director = new Reactor({ driver: this.#kernel.createProcess({ name: 'director' }) });
    flushUnhandledErrors();
    for (let i = choices.integer(1, 3); i > 0; i -= 1) this.#addServer(i);
    for (let i = choices.integer(1, 3); i > 0; i -= 1) this.#addPlace(`place ${i}`, `10.1.${i}.1`);
  }

  run(): SimulationResult {
    try {
      this.#runToTheEnd();
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      this.#report(error.message);
    }
    return { ...this.#count(), violations: this.#violations, virtualMs: this.#kernel.now };
  }

  #runToTheEnd(): void {
    for (let visits = this.#choices.integer(1, 60); visits > 0; visits -= 1) this.#planVisit();
    if (!this.#calm) this.#planTrouble();
    this.#goOn(() => this.#director.seconds() > TROUBLE_S && this.#visits.every(isOver));
    if (this.#calm) this.#requireComplete();
    this.#endTrouble();
    for (const server of this.#servers) this.#requireLife(server);
    this.#closeAll();
  }

  /** Gives back what reactors hold, whatever has happened. */
  abandon(): void {
    for (const { reactor, reservation } of this.#servers) {
      reactor.close();
      reservation[Symbol.dispose]();
    }
    for (const { reactor } of this.#places) reactor.close();
    this.#director.close();
    flushUnhandledErrors();
  }

  // ---- the scene

  #addServer(number: number): void {
    const address = `10.0.${number}.1`;
    const host = this.#kernel.addHost(`server ${number}`, address);
    const descriptorLimit = this.#calm ? 1024 : this.#choices.integer(12, 60);
    const process = this.#kernel.createProcess({ host, descriptorLimit });
    const { faults, reactor } = makeReactor(process, this.#wrap(process.libc));
    const reservation = new FileDescriptorReservation(spareEventfd(faults));
    const later = (delay: number, f: () => void): void => void reactor.callLater(delay, f);
    const factory = new EchoFactory(() => new Echo(this.#report, this.#choices, this.#calm, later));
    const port = reactor.listenTCP(PORT, factory, { reservation, lingerMs: 5000 });
    this.#servers.push({ process, faults, reactor, reservation, factory, port, address });
  }

  #addPlace(name: string, address: string): Place {
    const host = this.#kernel.addHost(name, address);
    const process = this.#kernel.createProcess({ host });
    const { faults, reactor } = makeReactor(process, process.libc);
    const place = { process, faults, host, reactor, killed: false };
    this.#places.push(place);
    return place;
  }

  #planVisit(): void {
    const place = this.#choices.one(this.#places);
    const { address } = this.#choices.one(this.#servers);
    const factory = this.#makeVisit(place);
    this.#visits.push(factory);
    this.#at(this.#choices.between(0, TROUBLE_S / 2), () => {
      if (place.killed) factory.ended += 1;
      else place.reactor.connectTCP(address, PORT, factory, { timeout: 60 });
    });
  }

  #makeVisit({ reactor }: Place): VisitFactory {
    return new VisitFactory({
      stream: this.#visits.length + 1,
      report: this.#report,
      choices: this.#choices,
      later: (delay, f) => void reactor.callLater(delay, f),
    });
  }

  // ---- the trouble

  #planTrouble(): void {
    const choices = this.#choices;
    for (const server of this.#servers) {
      if (choices.chance(0.7)) server.faults.odds(this.#someOdds(), choices.integer(0, 0xffff_ffff));
      if (choices.chance(0.3)) this.#planExhaustion(server);
      if (choices.chance(0.3)) this.#planCut(server);
    }
    for (const { faults } of this.#places) {
      if (choices.chance(0.3)) faults.odds(this.#someOdds(), choices.integer(0, 0xffff_ffff));
    }
    const place = choices.one(this.#places);
    if (choices.chance(0.2)) this.#at(this.#someTime(), () => this.#kill(place));
  }

  #someOdds(): FaultOdds {
    const odds: Partial<Record<LibcCall, Record<string, number>>> = {};
    for (const { call, errno, effect } of legalFaults) {
      if (effect === 'fatal' || !this.#choices.chance(0.3)) continue;
      (odds[call] ??= {})[errno] = this.#choices.between(0, ODDS_MAX);
    }
    return odds;
  }

  /** Somebody else in the process takes all descriptors, for a while. */
  #planExhaustion({ process: { libc } }: Server): void {
    const taken: number[] = [];
    this.#at(this.#someTime(), () => {
      for (let fd = libc.eventfd(0, EFD_CLOEXEC); fd >= 0; fd = libc.eventfd(0, EFD_CLOEXEC)) taken.push(fd);
      this.#at(this.#choices.between(0, 3), () => {
        for (const fd of taken) libc.close(fd);
      });
    });
  }

  #planCut({ process: { host } }: Server): void {
    const { network } = this.#kernel;
    const place = this.#choices.one(this.#places);
    this.#at(this.#someTime(), () => {
      if (this.#choices.chance(0.5)) network.silence(host);
      else network.part(host, place.host);
      this.#at(this.#choices.between(0, 10), () => network.heal());
    });
  }

  #kill(place: Place): void {
    place.killed = true;
    place.process.kill();
    for (const visit of this.#visits) visit.ended += 1;
  }

  #endTrouble(): void {
    this.#kernel.network.heal();
    for (const { faults } of [...this.#servers, ...this.#places]) {
      this.#faultsMet += faults.injected;
      faults.reset();
    }
  }

  // ---- what has to hold

  #requireComplete(): void {
    for (const { visit } of this.#visits) {
      if (!visit.isComplete) this.#report(`a client of a calm simulation has not got everything back`);
    }
  }

  /** A port that nobody has stopped serves, now that the faults are over. */
  #requireLife({ port, address }: Server): void {
    if (!port.listening) {
      this.#report(`the port of ${address} is lost`);
      return;
    }
    const place = this.#addPlace('last', `10.2.${this.#places.length}.1`);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const last = this.#makeVisit(place);
      this.#visits.push(last);
      place.reactor.connectTCP(address, PORT, last, { timeout: 60 });
      this.#goOn(() => last.ended > 0);
      if (last.visit.isComplete) return;
    }
    this.#report(`the port of ${address} doesn't serve any more`);
  }

  #closeAll(): void {
    const servers = this.#servers;
    for (const { port } of servers) void port.stopListening();
    for (const { factory } of servers) {
      for (const echo of factory.all) if (echo.made && !echo.lost) echo.transport.abortConnection();
    }
    const isQuiet = ({ reactor }: { readonly reactor: Reactor }): boolean =>
      [...reactor.getReaders(), ...reactor.getWriters(), ...reactor.getDelayedCalls()].length === 0;
    const alive = this.#places.filter(({ killed }) => !killed);
    this.#goOn(() => [...servers, ...alive].every(isQuiet));
    for (const { factory } of servers) {
      if (factory.all.some((echo) => echo.made && !echo.lost))
        this.#report('a server’s connection was never lost');
    }
    for (const { visit } of this.#visits) {
      if (visit.made && !visit.lost && !this.#places.some(({ killed }) => killed)) {
        this.#report('a client’s connection was never lost');
      }
    }
    const unhandled = flushUnhandledErrors();
    if (unhandled.length > 0) this.#report(`unhandled: ${unhandled.map(String).join(', ')}`);
    this.abandon();
    for (const { name, openDescriptors } of this.#kernel.processes) {
      if (openDescriptors.length > 3)
        this.#report(`${name} has left descriptors open: ${openDescriptors.join()}`);
    }
  }

  // ---- small change

  #count() {
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    return {
      seed: this.#seed,
      calm: this.#calm,
      connections: sum(this.#servers.map(({ factory }) => factory.all.length)),
      completed: this.#visits.filter(({ visit }) => visit.isComplete).length,
      shed: sum(this.#servers.map(({ port }) => port.counters.shed)),
      faults: this.#faultsMet,
    };
  }

  readonly #report = (violation: string): void => {
    this.#violations.push(violation);
  };

  #someTime(): number {
    return this.#choices.between(0, TROUBLE_S / 2);
  }

  #at(delay: number, f: () => void): void {
    this.#director.callLater(delay, f);
  }

  /** Throws a SimulationError if that never comes. */
  #goOn(until: () => boolean): void {
    // The director's clock goes on, so that the wait for the end of the trouble has one.
    this.#director.callLater(TROUBLE_S + 1, () => undefined);
    this.#kernel.runSync(until, { withinMs: PATIENCE_MS });
  }
}

function makeReactor(
  process: SimulatedProcess,
  libc: Libc,
): { readonly faults: FaultyLibc; readonly reactor: Reactor } {
  const faults = new FaultyLibc(libc);
  const createHostLoop = (): IHostLoop => process.createHostLoop();
  return { faults, reactor: new Reactor({ driver: { name: faults.name, libc: faults, createHostLoop } }) };
}

function isOver({ ended }: VisitFactory): boolean {
  return ended > 0;
}
