import type { IDelayedCall, IReactorTime } from '../../interfaces/index.js';

/**
 * A time-out for a protocol to have: it calls a function when nothing has happened for a while. What counts as something happening
 * is the protocol's to say, by `resetTimeout()`.
 *
 *     class Command extends LineReceiver {
 *       readonly #idle: ConnectionTimeout;
 *
 *       constructor(clock: Pick<IReactorTime, 'callLater'>) {
 *         super();
 *         this.#idle = new ConnectionTimeout(clock, () => this.transport.loseConnection());
 *       }
 *
 *       override connectionMade() {
 *         this.#idle.setTimeout(60);
 *       }
 *
 *       override lineReceived(line: Buffer) {
 *         this.#idle.resetTimeout();
 *         ...
 *       }
 *
 *       override connectionLost() {
 *         this.#idle.setTimeout(null);
 *       }
 *     }
 *
 * It is a part that a protocol has rather than a mixin: a protocol can have two (one for a line, one for the session), and
 * nothing of it shows outside. Twisted: `TimeoutMixin`.
 */
export class ConnectionTimeout implements Disposable {
  readonly #clock: Pick<IReactorTime, 'callLater'>;
  readonly #timedOut: () => unknown;
  #timeOut: number | null = null;
  #call: IDelayedCall | undefined;

  /**
   * `timedOut` is called when the time is up, once for each `setTimeout`; what it throws goes to whoever runs the clock (a reactor
   * logs it). It stands for TimeoutMixin's `timeoutConnection`.
   */
  constructor(clock: Pick<IReactorTime, 'callLater'>, timedOut: () => unknown) {
    this.#clock = clock;
    this.#timedOut = timedOut;
  }

  /** The period in seconds as set last, null if there is none. It stays when the time is up. */
  get timeOut(): number | null {
    return this.#timeOut;
  }

  /**
   * Sets the period, which begins now, in seconds; null takes the time-out away. Answers what was set before.
   * Throws a RangeError if it is negative or not a number, and then changes nothing.
   */
  setTimeout(period: number | null): number | null {
    const former = this.#timeOut;
    if (period === null) {
      this.#call?.[Symbol.dispose]();
      this.#call = undefined;
    } else if (this.#call?.active() === true) {
      this.#call.reset(period);
    } else {
      this.#call = this.#clock.callLater(period, this.#fire);
    }
    this.#timeOut = period;
    return former;
  }

  /** Something happened: the period begins anew. Does nothing if there is none, or if the time is up already. */
  resetTimeout(): void {
    if (this.#timeOut !== null && this.#call?.active() === true) this.#call.reset(this.#timeOut);
  }

  /** `setTimeout(null)`. */
  [Symbol.dispose](): void {
    this.setTimeout(null);
  }

  readonly #fire = (): void => {
    this.#call = undefined;
    this.#timedOut();
  };
}
