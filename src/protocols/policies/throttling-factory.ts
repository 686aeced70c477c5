import type { IAddress, IProtocol, IProtocolFactory, IReactorTime } from '../../interfaces/index.js';
import { ByteRate, type RateLimited } from './byte-rate.js';
import type { ProtocolWrapper } from './protocol-wrapper.js';
import { type IThrottle, ThrottlingProtocol } from './throttling-protocol.js';
import { WrappingFactory } from './wrapping-factory.js';

/** The limits of a {@link ThrottlingFactory}. */
export interface ThrottlingOptions {
  /** Times the rests; a reactor, in a test a Clock. */
  readonly clock: Pick<IReactorTime, 'callLater'>;
  /** How many connections there may be at a time. Default: no limit. */
  readonly maxConnectionCount?: number;
  /** Bytes per second that all connections together may receive. Default: no limit. */
  readonly readLimit?: number;
  /** Bytes per second that all connections together may write. Default: no limit. */
  readonly writeLimit?: number;
}

/**
 * Holds all connections of a factory together to a rate, each direction apart, and their number to a limit (who comes
 * when it is reached is refused). Rates are averages: see `ByteRate` for how much may pass at once.
 *
 * While reads rest, every connection's transport is paused, and TCP slows the peer down. While writes rest, registered
 * producers of both kinds are paused, `write()` answers false and `drained()` waits. Who has no producer and heeds neither isn't held
 * back: what he writes is sent, and the others' rest gets longer for it. When the last connection is gone, counting begins anew.
 *
 * The limits can't be changed later. Throws a RangeError for a limit that isn't above 0.
 * Twisted: `ThrottlingFactory`.
 */
export class ThrottlingFactory<P extends IProtocol = IProtocol>
  extends WrappingFactory<P, ThrottlingProtocol<P>>
  implements IThrottle<P>
{
  /** How many connections there may be at a time. */
  readonly maxConnectionCount: number;
  readonly #reads: ByteRate | undefined;
  readonly #writes: ByteRate | undefined;

  constructor(wrappedFactory: IProtocolFactory<P>, options: ThrottlingOptions) {
    super(wrappedFactory);
    const { clock, maxConnectionCount = Infinity, readLimit = Infinity, writeLimit = Infinity } = options;
    this.maxConnectionCount = maxConnectionCount;
    this.#reads = makeRate(readLimit, clock, {
      rest: () => this.#each((protocol) => protocol.throttleReads()),
      goOn: () => this.#each((protocol) => protocol.unthrottleReads()),
    });
    this.#writes = makeRate(writeLimit, clock, {
      rest: () => this.#each((protocol) => protocol.throttleWrites()),
      goOn: () => this.#each((protocol) => protocol.unthrottleWrites()),
    });
  }

  /** Whether reading rests. */
  get readsThrottled(): boolean {
    return this.#reads?.resting === true;
  }

  /** Whether writing rests. */
  get writesThrottled(): boolean {
    return this.#writes?.resting === true;
  }

  override buildProtocol(address: IAddress): ThrottlingProtocol<P> | null {
    return this.protocols.size < this.maxConnectionCount ? super.buildProtocol(address) : null;
  }

  /** So many bytes have come. Beyond the limit reading rests. */
  registerRead(bytes: number): void {
    this.#reads?.count(bytes);
  }

  /** So many bytes were written. Beyond the limit writing rests. */
  registerWritten(bytes: number): void {
    this.#writes?.count(bytes);
  }

  override unregisterProtocol(wrapper: ProtocolWrapper<P>): void {
    super.unregisterProtocol(wrapper);
    if (this.protocols.size > 0) return;
    // Nobody is left whom a timer could serve.
    this.#reads?.reset();
    this.#writes?.reset();
  }

  protected override wrapProtocol(protocol: P): ThrottlingProtocol<P> {
    return new ThrottlingProtocol(this, protocol);
  }

  /** Over a copy: what one connection is told may end another. */
  #each(tell: (protocol: ThrottlingProtocol<P>) => void): void {
    for (const protocol of [...this.protocols]) tell(protocol);
  }
}

function makeRate(
  limit: number,
  clock: Pick<IReactorTime, 'callLater'>,
  limited: RateLimited,
): ByteRate | undefined {
  return limit === Infinity ? undefined : new ByteRate(limit, clock, limited);
}
