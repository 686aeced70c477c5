import type { Deferred, Failure } from '../../defer/index.js';
import type {
  Completion,
  IOpenFile,
  IProtocol,
  IProtocolFactory,
  IReactorTime,
  ITransport,
  SendFileOptions,
} from '../../interfaces/index.js';
import { ConnectionTimeout } from './connection-timeout.js';
import { type IWrapperFactory, ProtocolWrapper } from './protocol-wrapper.js';
import { WrappingFactory } from './wrapping-factory.js';

/** In seconds; Twisted's: half an hour. */
const TIMEOUT_PERIOD = 30 * 60;

/** What a {@link TimeoutFactory} times. */
export interface TimeoutOptions<P extends IProtocol = IProtocol> {
  /** Times the connections; a reactor, in a test a Clock. */
  readonly clock: Pick<IReactorTime, 'callLater'>;
  /** How long a connection may be idle, in seconds. Default 1800. */
  readonly timeoutPeriod?: number;
  /**
   * What is done with an idle connection. Default: `loseConnection()`, and `abortConnection()` if in another period nothing was written
   * and the peer took nothing. `(protocol) => protocol.abortConnection()` waits for nobody.
   */
  readonly onTimeout?: (protocol: TimeoutProtocol<P>) => unknown;
}

/**
 * Ends the connections of a factory that have been idle: nothing received and nothing written for a while. What is queued counts as
 * written when it was queued; for peers that take nothing there is `slowReaderTimeoutMs`, an option of ports and connectors.
 *
 * Throws a RangeError for a period that isn't above 0. Twisted: `TimeoutFactory`.
 */
export class TimeoutFactory<P extends IProtocol = IProtocol> extends WrappingFactory<P, TimeoutProtocol<P>> {
  readonly #options: TimeoutOptions<P>;
  /** In seconds. A change counts for connections made from then on. */
  timeoutPeriod: number;

  constructor(wrappedFactory: IProtocolFactory<P>, options: TimeoutOptions<P>) {
    super(wrappedFactory);
    const { timeoutPeriod = TIMEOUT_PERIOD } = options;
    if (!(timeoutPeriod > 0)) throw new RangeError(`The period must be more than 0 s, not ${timeoutPeriod}`);
    this.#options = options;
    this.timeoutPeriod = timeoutPeriod;
  }

  protected override wrapProtocol(protocol: P): TimeoutProtocol<P> {
    return new TimeoutProtocol(this, protocol, { ...this.#options, timeoutPeriod: this.timeoutPeriod });
  }
}

/** One connection of a {@link TimeoutFactory}; the protocol inside may set another period. Twisted: `TimeoutProtocol`. */
export class TimeoutProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  readonly #timeout: ConnectionTimeout;
  readonly #period: number;
  /** How much had been sent when the close was last waited for; -1 before. */
  #bytesSent = -1;

  constructor(factory: IWrapperFactory<P>, wrappedProtocol: P, options: TimeoutOptions<P>) {
    super(factory, wrappedProtocol);
    const { clock, timeoutPeriod = TIMEOUT_PERIOD, onTimeout } = options;
    this.#period = timeoutPeriod;
    this.#timeout = new ConnectionTimeout(clock, () =>
      onTimeout === undefined ? this.#end() : onTimeout(this),
    );
  }

  /** How long the connection may be idle, in seconds; null if for ever. */
  get timeOut(): number | null {
    return this.#timeout.timeOut;
  }

  /** Another period, in seconds, which begins now; null is for ever. Answers the former one. Throws a RangeError if it is negative. */
  setTimeout(period: number | null): number | null {
    return this.#timeout.setTimeout(period);
  }

  /** `setTimeout(null)`. */
  cancelTimeout(): void {
    this.#timeout.setTimeout(null);
  }

  /** The period begins anew. */
  resetTimeout(): void {
    this.#timeout.resetTimeout();
  }

  /** Begins to time the connection. */
  override makeConnection(transport: ITransport): Completion {
    // Before the protocol inside is told, so that a period which it sets in connectionMade counts.
    this.#timeout.setTimeout(this.#period);
    return super.makeConnection(transport);
  }

  /** Times anew, and passes the bytes on. */
  override dataReceived(data: Buffer): Completion {
    this.#timeout.resetTimeout();
    return super.dataReceived(data);
  }

  override write(data: Uint8Array): boolean {
    this.#timeout.resetTimeout();
    return super.write(data);
  }

  override writeSequence(pieces: Iterable<Uint8Array>): boolean {
    this.#timeout.resetTimeout();
    return super.writeSequence(pieces);
  }

  /** As the wrapped transport's; the time begins anew. */
  override sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void> {
    this.#timeout.resetTimeout();
    return super.sendFile(file, offset, length, options);
  }

  /** Ends the timing, and passes the reason on. */
  override connectionLost(reason: Failure): Completion {
    this.#timeout.setTimeout(null);
    return super.connectionLost(reason);
  }

  /**
   * A close waits until what is queued is sent and the producer has unregistered. Neither may ever come about: the peer has vanished, or
   * the producer is the connection itself, as in an echo. So if nothing moves for another period, it waits no longer.
   */
  #end(): void {
    if (this.#bytesSent === this.bytesWritten) {
      this.abortConnection();
      return;
    }
    this.#bytesSent = this.bytesWritten;
    this.#timeout.setTimeout(this.#period);
    this.loseConnection();
  }
}
