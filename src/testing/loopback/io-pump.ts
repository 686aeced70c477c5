import { IPv4Address } from '../../address/index.js';
import type { ConnectionOptions, IInternetAddress, IProtocol, IReactorTime } from '../../interfaces/index.js';
import { Clock } from '../../time/index.js';
import type { MemoryDriver, Rounds } from './memory-driver.js';
import { MemorySocket } from './memory-socket.js';
import { MemoryTransport } from './memory-transport.js';

/** What is flushed by flushing is flushed in the same round, so often; as in a reactor's turn. */
const FLUSHES_PER_ROUND_MAX = 4;

/** After so many rounds `flush()` says that two protocols will never be done with each other. Twisted's number. */
const ROUNDS_MAX = 1000;

/** Linux's receive buffers begin at about this much. It is Twisted's `bufferSize`, too: the most that one read gets. */
const BUFFER_BYTES = 65_536;

/** Time that a test lets pass: a Clock, or a MemoryReactorClock. */
export type SteppedTime = IReactorTime & { advance(amount: number): void };

/** One end of a connection in memory. */
export interface LoopbackEndOptions extends ConnectionOptions {
  /** Where this end is: what its own `getHost()` and the other end's `getPeer()` say. */
  readonly address?: IInternetAddress;
  /** How much can wait here to be read before the other end's writes have to wait. Default 65,536. */
  readonly bufferBytes?: number;
  /** The most that one `dataReceived` gets: 1 feeds a protocol byte by byte. Default 65,536. */
  readonly readBytes?: number;
}

export interface LoopbackOptions {
  readonly server?: LoopbackEndOptions;
  readonly client?: LoopbackEndOptions;
  /** The time of both ends. Default: a Clock of their own. */
  readonly clock?: SteppedTime;
}

/**
 * Carries bytes between the two ends of a connection in memory, when it is told to and never by itself. What a protocol
 * writes waits for the next round, so nobody is called while a write of its own is still on the stack.
 *
 * A round is what a turn is for a reactor: calls that are due, then one read for each end that has something to read, then
 * what was written goes out.
 *
 * Twisted: `IOPump` (twisted.test.iosim).
 */
export class IOPump {
  /** The time of both ends. */
  readonly clock: SteppedTime;
  readonly serverTransport: MemoryTransport;
  readonly clientTransport: MemoryTransport;
  readonly #drivers = new Set<MemoryDriver>();
  #flushables: MemoryDriver[] = [];
  #pumping = false;
  #onWake: () => void = () => undefined;

  constructor({ server = {}, client = {}, clock = new Clock() }: LoopbackOptions = {}) {
    this.clock = clock;
    const serverAddress = server.address ?? new IPv4Address('TCP', '127.0.0.1', 8007);
    const clientAddress = client.address ?? new IPv4Address('TCP', '127.0.0.1', 49_152);
    const [serverSocket, clientSocket] = MemorySocket.pair([bufferBytesOf(server), bufferBytesOf(client)]);
    const rounds = this.#rounds();
    this.serverTransport = new MemoryTransport({
      side: 'server',
      rounds,
      socket: serverSocket,
      options: server,
      readBytes: readBytesOf(server),
      host: serverAddress,
      peer: clientAddress,
    });
    this.clientTransport = new MemoryTransport({
      side: 'client',
      rounds,
      socket: clientSocket,
      options: client,
      readBytes: readBytesOf(client),
      host: clientAddress,
      peer: serverAddress,
    });
  }

  /** Whether a round would find nothing to do. Calls that are due later don't count. */
  get idle(): boolean {
    for (const driver of this.#drivers) if (driver.ready) return false;
    return !this.#isDueAfter(0);
  }

  /** The connection begins for both, the server first. Nothing is carried yet. */
  start(server: IProtocol, client: IProtocol): void {
    this.serverTransport.start(server);
    this.clientTransport.start(client);
  }

  /**
   * Lets `seconds` pass and does one round. True if there was something to do. What a delayed call throws comes
   * out of here. Throws an Error inside a round.
   */
  pump(seconds = 0): boolean {
    this.#requireRest();
    this.#pumping = true;
    try {
      let busy = this.#isDueAfter(seconds);
      this.clock.advance(seconds);
      for (const driver of [...this.#drivers]) if (driver.poll()) busy = true;
      return this.#flushAll() || busy;
    } finally {
      this.#pumping = false;
    }
  }

  /**
   * Does rounds until there is nothing to do. True if there was something. No time passes. Throws an Error after
   * `roundsMax` rounds (1000 unless given): the two will never be done.
   */
  flush(options: { readonly roundsMax?: number } = {}): boolean {
    this.#requireRest();
    const { roundsMax = ROUNDS_MAX } = options;
    let rounds = 0;
    for (; !this.idle; rounds += 1) {
      if (rounds >= roundsMax) {
        throw new Error(`The protocols are still talking with each other after ${roundsMax} rounds`);
      }
      this.pump();
    }
    return rounds > 0;
  }

  /** Lets `seconds` pass at once, then does as `flush()`. True if there was something to do. */
  advance(seconds: number): boolean {
    const busy = this.pump(seconds);
    return this.flush() || busy;
  }

  /**
   * Does as `flush()`, and again after what was waiting for promises has gone on, until that brings nothing new: for protocols
   * whose callbacks are async.
   */
  async settle(): Promise<void> {
    do {
      this.flush();
      await new Promise((resolve) => setImmediate(resolve));
    } while (!this.idle);
  }

  /** Calls `f` each time when there may be something to do that there wasn't before. For whoever pumps by itself. */
  onWake(f: () => void): void {
    this.#onWake = f;
  }

  #requireRest(): void {
    if (this.#pumping) throw new Error('A round is under way: a callback can not begin another one');
  }

  #flushAll(): boolean {
    let busy = false;
    for (let round = 0; round < FLUSHES_PER_ROUND_MAX && this.#flushables.length > 0; round += 1) {
      for (const driver of this.#flushables.splice(0)) driver.flush();
      busy = true;
    }
    return busy;
  }

  #isDueAfter(seconds: number): boolean {
    const then = this.clock.seconds() + seconds;
    return this.clock.getDelayedCalls().some((call) => call.getTime() <= then);
  }

  #rounds(): Rounds {
    return {
      time: this.clock,
      join: (driver) => void this.#drivers.add(driver),
      leave: (driver) => void this.#drivers.delete(driver),
      flushAtEnd: (driver) => {
        this.#flushables.push(driver);
        this.#onWake();
      },
      wake: () => this.#onWake(),
    };
  }
}

function bufferBytesOf({ bufferBytes }: LoopbackEndOptions): number {
  return atLeastOne('bufferBytes', bufferBytes);
}

function readBytesOf({ readBytes }: LoopbackEndOptions): number {
  return atLeastOne('readBytes', readBytes);
}

function atLeastOne(name: string, value = BUFFER_BYTES): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number from 1 on, not ${value}`);
  }
  return value;
}
