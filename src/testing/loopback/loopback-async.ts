import { Deferred } from '../../defer/index.js';
import type { IProtocol } from '../../interfaces/index.js';
import { Clock } from '../../time/index.js';
import { IOPump, type LoopbackEndOptions } from './io-pump.js';

/** What the two ends of {@link loopbackAsync} are to be like. */
export interface LoopbackAsyncOptions {
  /** The end that plays the server. */
  readonly server?: LoopbackEndOptions;
  /** The end that plays the client. */
  readonly client?: LoopbackEndOptions;
}

/**
 * Connects two protocols in memory and carries their bytes until both connections are lost; then the answer fires. Bytes are
 * carried in each round of Node's loop that finds something to do, and time is the real one, so it suits protocols that
 * await other things. Without that, `connectedServerAndClient` is the better choice: there time stands still, and each round is yours.
 *
 * Twisted: `loopbackAsync` (twisted.protocols.loopback).
 */
export function loopbackAsync(
  server: IProtocol,
  client: IProtocol,
  options: LoopbackAsyncOptions = {},
): Deferred<void> {
  const done = new Deferred<void>();
  const runner = new Runner(options, () => done.callback());
  runner.start(server, client);
  return done;
}

/** Does rounds of a pump as long as there is something to do, and wakes up when there may be again. */
class Runner {
  readonly #clock = new Clock();
  readonly #pump: IOPump;
  readonly #done: () => void;
  /** When the clock was last set, on Node's own. */
  #last = performance.now();
  #next: NodeJS.Immediate | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #connected = 2;

  constructor(options: LoopbackAsyncOptions, done: () => void) {
    this.#pump = new IOPump({ ...options, clock: this.#clock });
    this.#pump.onWake(() => this.#wake());
    this.#done = done;
  }

  start(server: IProtocol, client: IProtocol): void {
    const onEnd = (): void => void (this.#connected -= 1);
    this.#pump.serverTransport.start(server, onEnd);
    this.#pump.clientTransport.start(client, onEnd);
    this.#wake();
  }

  #wake(): void {
    this.#next ??= setImmediate(() => this.#round());
  }

  #round(): void {
    this.#next = undefined;
    clearTimeout(this.#alarm);
    // What was written goes out before time passes, as a reactor sends at a turn's end and looks at its timers in the next.
    this.#pump.pump();
    this.#pump.pump(this.#elapsed());
    if (!this.#pump.idle) this.#wake();
    else if (this.#connected > 0) this.#awaitTimers();
    else this.#end();
  }

  /** Seconds since the last time it was asked. */
  #elapsed(): number {
    const now = performance.now();
    const elapsed = now - this.#last;
    this.#last = now;
    return elapsed / 1000;
  }

  #awaitTimers(): void {
    const times = this.#clock.getDelayedCalls().map((call) => call.getTime());
    if (times.length === 0) return;
    const delayMs = (Math.min(...times) - this.#clock.seconds()) * 1000;
    this.#alarm = setTimeout(() => this.#wake(), Math.ceil(delayMs));
  }

  #end(): void {
    this.#pump.onWake(() => undefined);
    clearImmediate(this.#next);
    this.#done();
  }
}
