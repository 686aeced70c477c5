import { expect } from 'chai';
import { flushUnhandledErrors } from '../../src/defer/index.js';
import { ConnectionDone } from '../../src/errors/index.js';
import type { ITCPPort } from '../../src/interfaces/index.js';
import type { IHostLoop, Libc } from '../../src/libc/index.js';
import { Reactor } from '../../src/reactor/index.js';
import { FileDescriptorReservation, spareEventfd } from '../../src/tcp/index.js';
import { FaultyLibc } from '../../src/testing/index.js';
import type { RecordingFactory } from '../../src/testing/conformance/index.js';
import { type Peer, Peers, type RecordingProtocol, addressOf } from '../../src/testing/conformance/index.js';
import type { SteppedKernel } from './stepped-kernel.js';

/** More steps than this within one wait are a spin: no scenario needs a tenth of them, back-offs included. */
const STEPS_MAX = 1500;

/** In virtual time: longer than any time-out or back-off in the scenarios. */
const PATIENCE_MS = 20_000;

/** How long a kernel gets, in ms and so many times over, to carry a packet over when it seems that nothing will happen. */
const KERNEL_MS = 1;
const KERNEL_WAITS = 3;

/** What a protocol and its peer have said to each other. */
export interface Conversation {
  readonly protocol: RecordingProtocol;
  readonly peer: Peer;
  /** All that the protocol has written, and the peer has sent. */
  readonly written: Buffer;
  readonly sent: Buffer;
}

/** One run: a reactor over a kernel with faults, plain sockets over the same kernel without, and a time that jumps. */
export class World {
  readonly libc: Libc;
  readonly faults: FaultyLibc;
  readonly reactor: Reactor;
  readonly peers: Peers;
  readonly reservation: FileDescriptorReservation;
  /** Factories whose protocols are looked at in the end. */
  readonly factories: RecordingFactory[] = [];
  readonly #kernel: SteppedKernel;
  readonly #openBefore: number;

  constructor(kernel: SteppedKernel) {
    const { libc } = kernel;
    this.libc = libc;
    this.faults = new FaultyLibc(libc);
    this.peers = new Peers(libc);
    this.reservation = new FileDescriptorReservation(spareEventfd(this.faults));
    this.#kernel = kernel;
    this.#openBefore = libc.descriptors.open;
    const createHostLoop = (): IHostLoop => kernel.loop;
    this.reactor = new Reactor({ driver: { name: 'faulty', libc: this.faults, createHostLoop } });
  }

  /** A factory whose protocols are looked at in the end. */
  watch(factory: RecordingFactory): RecordingFactory {
    this.factories.push(factory);
    return factory;
  }

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
    const { reactor } = this;
    const left = [...reactor.getDelayedCalls(), ...reactor.getWriters(), ...reactor.getReaders()];
    return left.length <= ports;
  }

  /** A port that wasn't stopped accepts a client once the fault is gone. */
  requireLife(port: ITCPPort, factory: RecordingFactory): void {
    const before = factory.protocols.length;
    const peer = this.peers.connect(addressOf(port));
    const served = this.run(() => factory.protocols.length > before && factory.protocols.at(-1)!.made);
    expect(served, 'the port accepts again').to.equal(true);
    peer.close();
  }

  /** Ends everything that is still there, then looks at what is left. */
  close(ports: readonly ITCPPort[]): void {
    for (const port of ports) void port.stopListening();
    for (const protocol of this.#protocols()) if (protocol.made) protocol.transport.abortConnection();
    this.peers.close();
    this.run(() => this.isQuiet(0));
    expect(this.reactor.getDelayedCalls().map(String), 'timers left').to.deep.equal([]);
    expect(this.reactor.getReaders(), 'readers left').to.deep.equal([]);
    expect(this.reactor.getWriters(), 'writers left').to.deep.equal([]);
    this.reactor.close();
    this.reservation[Symbol.dispose]();
    expect(this.libc.descriptors.open - this.#openBefore, 'descriptors left open').to.equal(0);
    expect(flushUnhandledErrors().map(String), 'unhandled failures').to.deep.equal([]);
    for (const protocol of this.#protocols()) requireOneLife(protocol);
    for (const { events } of this.factories) requireBalance(events);
  }

  /** Gives everything back, whatever its state. */
  abandon(): void {
    this.faults.reset();
    this.peers.close();
    this.reactor.close();
    this.reservation[Symbol.dispose]();
    flushUnhandledErrors();
  }

  #protocols(): RecordingProtocol[] {
    return this.factories.flatMap(({ protocols }) => protocols);
  }
}

/** Bytes arrive in order, none twice; all of them if both sides say that the connection ended in order. */
export function requireBytes({ protocol, peer, written, sent }: Conversation): void {
  requirePrefix(peer.received, written, 'what the peer received');
  requirePrefix(protocol.received, sent, 'what the protocol received');
  const clean = protocol.reason?.value instanceof ConnectionDone && peer.sawEnd && !peer.sawReset;
  if (clean) expect(peer.received.length, 'bytes received after a clean close').to.equal(written.length);
  if (protocol.readLost) expect(protocol.received.length, 'bytes before the end').to.equal(sent.length);
}

function requirePrefix(received: Buffer, whole: Buffer, what: string): void {
  expect(received.length, what).to.be.at.most(whole.length);
  expect(received.equals(whole.subarray(0, received.length)), `${what} is a prefix`).to.equal(true);
}

/** connectionLost exactly once for a connectionMade, nothing after it, no callback inside another. */
function requireOneLife({ events, reentered }: RecordingProtocol): void {
  const made = events.filter((event) => event === 'made').length;
  expect(made, 'connectionMade').to.be.at.most(1);
  expect(events.filter((event) => event === 'lost').length, `connectionLost in ${events.join()}`).to.equal(
    made,
  );
  if (made > 0) expect(events.at(-1)).to.equal('lost');
  expect(reentered, 'callbacks inside callbacks').to.deep.equal([]);
}

/** A factory that was started is stopped, and nothing comes after that. */
function requireBalance(events: readonly string[]): void {
  const count = (name: string): number => events.filter((event) => event === name).length;
  expect(count('stop'), `stops in ${events.join()}`).to.equal(count('start'));
  if (count('start') > 0) expect(events.at(-1)).to.equal('stop');
}
