import type { Failure } from '../defer/index.js';
import type { IConnector, IDelayedCall, IProtocol, IReactorTime } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { ClientFactory } from './client-factory.js';

const log = getLog('protocols');

/** How a {@link ReconnectingClientFactory} waits, and when it gives up. */
export interface ReconnectingOptions {
  /** Times the attempts; a reactor, in a test a Clock. */
  readonly clock: Pick<IReactorTime, 'callLater'>;
  /** Before the first retry, in seconds. Default 1. */
  readonly initialDelay?: number;
  /** The most that is waited, in seconds. Default 3600. */
  readonly maxDelay?: number;
  /** How much longer each wait is than the one before. Default e. */
  readonly factor?: number;
  /** The standard deviation of a wait as a share of it; 0 is none. Default 0.119626565582. */
  readonly jitter?: number;
  /** How many attempts follow one that failed before it gives up; null is for ever. Default null. */
  readonly maxRetries?: number | null;
  /** Numbers from 0 up to, but not including, 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Aborting it does what `stopTrying()` does. */
  readonly signal?: AbortSignal;
}

/**
 * A client factory whose connector tries again when an attempt fails or the connection is lost, each time after a longer wait:
 * `initialDelay`, then `factor` times as long as before, but never more than `maxDelay`.
 *
 * The waits are scattered around these values (normally distributed, `jitter` being the relative standard deviation), lest all
 * clients of a server that was restarted come back at the same moment. The scatter doesn't add up, and no wait is longer than `maxDelay`.
 *
 * Call `resetDelay()` when a connection has proved to work, or else the next wait goes on where the last one left off. Only the
 * user knows when that is: for a server that accepts and hangs up, `connectionMade` would be too soon. A subclass that overrides
 * `clientConnectionLost` or `clientConnectionFailed` has to call them on `super`.
 *
 * A factory belongs to one connector. Throws a RangeError for an option that is negative or not a number. Twisted: `ReconnectingClientFactory`.
 */
export class ReconnectingClientFactory<P extends IProtocol = IProtocol>
  extends ClientFactory<P>
  implements Disposable
{
  /** Times the waits. */
  clock: Pick<IReactorTime, 'callLater'>;
  /** The first wait, in seconds. */
  initialDelay: number;
  /** The longest wait, in seconds. */
  maxDelay: number;
  /** So many times as long as the one before is each wait. */
  factor: number;
  /** How far the waits are scattered: their relative standard deviation. 0: not at all. */
  jitter: number;
  /** So many attempts are made after one that failed; null: no limit. */
  maxRetries: number | null;
  /** The connector that it was told of last. */
  connector: IConnector | undefined;
  /** False after `stopTrying()`; true makes it try again when the next connection or attempt ends. */
  continueTrying = true;

  readonly #random: () => number;
  #retries = 0;
  /** What the next wait is, unless it is too long, before scattering. */
  #delay: number | undefined;
  #call: IDelayedCall | undefined;
  #stopListeningToSignal: (() => void) | undefined;

  constructor(options: ReconnectingOptions) {
    super();
    this.clock = options.clock;
    this.initialDelay = options.initialDelay ?? 1;
    this.maxDelay = options.maxDelay ?? 3600;
    this.factor = options.factor ?? Math.E;
    this.jitter = options.jitter ?? 0.119626565582;
    this.maxRetries = options.maxRetries ?? null;
    const { initialDelay, maxDelay, factor, jitter, maxRetries } = this;
    for (const [name, value] of Object.entries({ initialDelay, maxDelay, factor, jitter, maxRetries })) {
      if (value !== null && !(value >= 0))
        throw new RangeError(`${name} must be a number of 0 or more, not ${value}`);
    }
    this.#random = options.random ?? Math.random;
    this.#listenTo(options.signal);
  }

  /** How many retries were begun or scheduled since the start, or since `resetDelay()`. */
  get retries(): number {
    return this.#retries;
  }

  /** The next wait in seconds, before it is scattered. */
  get delay(): number {
    return Math.min(this.#delay ?? this.initialDelay, this.maxDelay);
  }

  override startedConnecting(connector: IConnector): void {
    this.connector = connector;
  }

  override clientConnectionFailed(connector: IConnector, reason: Failure): void {
    this.#ended(connector, reason);
  }

  override clientConnectionLost(connector: IConnector, reason: Failure): void {
    this.#ended(connector, reason);
  }

  /**
   * Has `connector` (or the one that it was told of last) connect after the next wait, if it is still wanted. Called when an attempt or
   * a connection ends. A retry that is already scheduled is put off. Throws an Error if there is no connector.
   */
  retry(connector: IConnector | undefined = this.connector): void {
    if (connector === undefined) throw new Error('There is no connector to retry yet');
    if (!this.continueTrying) return;
    this.connector = connector;
    this.#call?.[Symbol.dispose]();
    const { delay } = this;
    this.#delay = delay * this.factor;
    this.#retries += 1;
    const wait = this.#scattered(delay);
    if (this.noisy) {
      log.info('{factory} connects again in {seconds} s', {
        factory: this.logPrefix(),
        seconds: Number(wait.toPrecision(3)),
      });
    }
    this.#call = this.clock.callLater(wait, () => {
      // The program may have been quicker.
      if (connector.state === 'disconnected') connector.connect();
    });
  }

  /** The connection works: the next wait is `initialDelay` again, and retries are counted from 0. */
  resetDelay(): void {
    this.#delay = undefined;
    this.#retries = 0;
  }

  /** No more retries: what is scheduled is cancelled, an attempt under way is stopped; a connection stays. */
  stopTrying(): void {
    this.continueTrying = false;
    this.#stopListeningToSignal?.();
    this.#call?.[Symbol.dispose]();
    this.#call = undefined;
    if (this.connector?.state === 'connecting') this.connector.stopConnecting();
  }

  /** All `maxRetries` are used up, and there won't be another one. `reason` is what the last attempt failed with. To be overridden. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the parameters are those of overrides
  retriesExhausted(connector: IConnector, reason: Failure): void {
    // Subclasses say what there is to do.
  }

  /** `stopTrying()`. */
  [Symbol.dispose](): void {
    this.stopTrying();
  }

  #ended(connector: IConnector, reason: Failure): void {
    if (!this.continueTrying) return;
    if (this.maxRetries === null || this.#retries < this.maxRetries) {
      this.retry(connector);
      return;
    }
    log.warn('{factory} gives up after {retries} retries: {reason}', {
      factory: this.logPrefix(),
      retries: this.#retries,
      reason: reason.getErrorMessage(),
    });
    this.retriesExhausted(connector, reason);
  }

  /** Normally distributed around `delay` (by Box and Muller), but neither negative nor above `maxDelay`. */
  #scattered(delay: number): number {
    if (this.jitter === 0) return delay;
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    const deviate = radius * Math.cos(2 * Math.PI * this.#random());
    return Math.min(Math.max(0, delay + deviate * delay * this.jitter), this.maxDelay);
  }

  #listenTo(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const stop = (): void => this.stopTrying();
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    this.#stopListeningToSignal = () => signal.removeEventListener('abort', stop);
  }
}
