import { type Deferred, Failure, succeed } from '../defer/index.js';
import {
  ConnectionAborted,
  ConnectionDetached,
  ConnectionDone,
  ConnectionLost,
  type FileSendError,
  NotConnectedError,
} from '../errors/index.js';
import type {
  HangUp,
  IAddress,
  IProtocol,
  IPushProducer,
  ITransport,
  LoseConnectionOptions,
} from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import type { ConnectionDriver, ConnectionFeed } from './connection-driver.js';
import { Consumer } from './consumer.js';
import { follow, isHalfCloseable, tellConnectionLost } from './protocol-calls.js';
import { Waiters } from './waiters.js';

/**
 * How a connection lives and ends, without any I/O: a driver feeds it and does what it asks
 * ({@link ConnectionDriver}).
 *
 * The protocol hears `makeConnection` once and `connectionLost` once. In between the connection goes through these
 * states, and never back:
 *
 *     open ── loseConnection ──> closing ── all sent, no producer ──> over (ConnectionDone, or the reason given)
 *      │                            │
 *      ├── end of file ─────────────│──────────────────────────────> over (ConnectionDone), or half open if the
 *      │                            │                                protocol takes half-closes
 *      ├── abort, detach ───────────┴──> ending ── a later turn ───> over (ConnectionAborted, ConnectionDetached)
 *      └── a call failed, the protocol threw ──────────────────────> over (the error)
 *
 * The two directions end apart: `writing` goes from open over ending (loseWriteConnection) to ended (FIN is sent),
 * `readEnded` says that the peer's FIN came.
 *
 * What is queued, and who produces it, is {@link Consumer}'s affair.
 *
 * There may be very many connections, so they are kept small: what only some of them have is in {@link RareParts}, and
 * methods are `private`, not #private, for a class with #private methods costs each instance a word of 8 bytes.
 *
 * Twisted: `Connection` (twisted.internet.tcp).
 */

const log = getLog('tcp');

/** Shared, as Twisted's: making an Error for each orderly end would cost more than the end itself. */
const done = new Failure(new ConnectionDone());

/** How the driver is to give the descriptor up. */
type Closing = 'in order' | 'after the peer' | 'at once' | 'with reset';

export abstract class Connection<D extends ConnectionDriver = ConnectionDriver>
  extends Consumer
  implements ITransport, IPushProducer, ConnectionFeed, AsyncDisposable
{
  bytesRead = 0;
  /** Bytes handed to the kernel so far. */
  bytesWritten = 0;

  #driver: D | undefined;
  #protocol: IProtocol | undefined;
  /** `released` is an `ending` without a descriptor: the driver has given it up already. */
  #state: 'new' | 'open' | 'closing' | 'ending' | 'released' | 'over' = 'new';

  abstract getPeer(): IAddress;
  abstract getHost(): IAddress;

  /** The protocol's `connectionLost` has run; `reason` is what it got. */
  protected abstract ended(reason: Failure): void;

  get connected(): boolean {
    return this.#state !== 'new' && this.#state !== 'over';
  }

  /** Whether the end has begun and the protocol hasn't been told yet; parsers ask it, to deliver nothing after a `loseConnection`. */
  get disconnecting(): boolean {
    return this.connected && this.#state !== 'open';
  }

  /** The state in a word, for those who look at it. */
  protected get phase(): string {
    if (this.#state === 'new') return 'not connected yet';
    if (this.#state === 'over') return 'lost';
    if (this.#state !== 'open') return 'disconnecting';
    return this.readEnded || this.writing !== 'open' ? 'half closed' : 'connected';
  }

  /** What drives it, from its beginning to its end. */
  protected get driver(): D | undefined {
    return this.#driver;
  }

  /** The connection is there: reading begins and the protocol is told. */
  protected begin(driver: D, protocol: IProtocol): void {
    this.#driver = driver;
    this.#protocol = protocol;
    this.#state = 'open';
    this.watchPeer(driver);
    // Before the protocol is told, so that a pauseProducing() in connectionMade counts.
    driver.startReading();
    try {
      this.follow(protocol.makeConnection(this), 'connectionMade');
    } catch (error) {
      this.threw('connectionMade', error);
    }
  }

  // ---- what the protocol does

  loseConnection({ reason }: LoseConnectionOptions = {}): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    if (reason !== undefined) this.rareParts().reason = Failure.from(reason);
    this.#driver?.stopReading();
    this.releaseOwnProducing();
    this.#driver?.startWriting();
  }

  loseWriteConnection(): void {
    if (this.#state !== 'open' || this.writing !== 'open') return;
    this.rareParts().writing = 'ending';
    this.#driver?.startWriting();
  }

  abortConnection(): void {
    this.abort(() => new ConnectionAborted());
  }

  /** See ITCPTransport.detach. */
  detach(): number {
    const driver = this.#driver;
    if (driver === undefined || !this.live) throw new NotConnectedError();
    const { bytes } = this.queue;
    if (bytes > 0) throw new Error(`${bytes} bytes are queued: wait for drained() first`);
    this.#state = 'released';
    driver.later(() => this.finish(new Failure(new ConnectionDetached()), 'at once'));
    return driver.release();
  }

  pauseProducing(): void {
    if (this.#state === 'open') this.#driver?.stopReading();
  }

  resumeProducing(): void {
    if (this.#state === 'open' && !this.readEnded) this.#driver?.startReading();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  stopConsuming(): void {
    this.unregisterProducer();
    this.loseConnection();
  }

  /** Fires when the connection is lost, whatever the reason; at once if it is. */
  whenLost(): Deferred<void> {
    if (this.#state === 'over') return succeed<void>(undefined);
    return (this.rareParts().lost ??= new Waiters()).add();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.loseConnection();
    await this.whenLost();
  }

  // ---- what the driver feeds

  get wantsData(): boolean {
    return this.#state === 'open';
  }

  dataReceived(data: Buffer): void {
    this.bytesRead += data.length;
    try {
      const completion = (this.#protocol as IProtocol).dataReceived(data);
      if (completion !== undefined) this.follow(completion, 'dataReceived');
    } catch (error) {
      this.threw('dataReceived', error);
    }
  }

  dataDiscarded(bytes: number): void {
    this.bytesRead += bytes;
  }

  endOfFile(): void {
    const protocol = this.#protocol;
    if (protocol === undefined || this.#state !== 'open' || this.readEnded) return;
    this.#driver?.stopReading();
    if (!isHalfCloseable(protocol)) {
      this.finish(done, 'after the peer');
      return;
    }
    this.rareParts().readEnded = true;
    this.releaseOwnProducing();
    try {
      this.follow(protocol.readConnectionLost(), 'readConnectionLost');
    } catch (error) {
      this.threw('readConnectionLost', error);
    }
    this.endIfBothEnded();
  }

  hangUp(how: HangUp): void {
    if (this.#state === 'open' && !this.readEnded) {
      this.emit('hangUp', how);
      if (how === 'reset') this.stopProducer();
    } else if (how === 'reset' && this.live) {
      // Nobody will read any more, so no read will tell; and there may be nothing to write either.
      this.finish(new Failure(new ConnectionLost('the peer has reset it')), 'at once');
    }
  }

  sent(bytes: number): void {
    if (bytes > 0) {
      this.bytesWritten += bytes;
      this.taken();
    }
    if (this.queue.bytes === 0 && this.live) this.nothingQueued();
  }

  fileFailed(error: FileSendError): void {
    this.finish(new Failure(error), 'with reset');
  }

  failed(error: Error): void {
    this.finish(new Failure(new ConnectionLost('', { cause: error })), 'at once');
  }

  dropped(reason: Failure): void {
    this.finish(reason, 'at once');
  }

  // ---- the write side

  /** Asked again after others were told something: they may have ended it. */
  protected override get live(): boolean {
    return this.#state === 'open' || this.#state === 'closing';
  }

  protected override get accepting(): boolean {
    return this.live && this.writing !== 'ended';
  }

  protected override get finishing(): boolean {
    return this.#state === 'closing' || (this.#state === 'open' && this.writing === 'ending');
  }

  protected override startWriting(): void {
    this.#driver?.startWriting();
  }

  private get writing(): 'open' | 'ending' | 'ended' {
    return this.rare?.writing ?? 'open';
  }

  private get readEnded(): boolean {
    return this.rare?.readEnded === true;
  }

  /** All is sent: who waited for that has its turn, and if nobody did, what was to end ends. */
  private nothingQueued(): void {
    this.emptied();
    if (!this.live) return;
    try {
      if (this.resumeProducer()) return;
    } catch (error) {
      this.threw('resumeProducing', error);
      return;
    }
    // Somebody who was told may have written again.
    if (this.queue.bytes > 0) return;
    if (this.#state === 'closing') this.finish(this.rare?.reason ?? done, 'in order');
    else if (this.writing === 'ending') this.endWriting();
  }

  /** Reading is over. Who is its own producer, as an echo, has nothing more to come, and wouldn't unregister. */
  private releaseOwnProducing(): void {
    if (this.rare?.producer?.holds(this) === true) this.unregisterProducer();
  }

  private endWriting(): void {
    this.rareParts().writing = 'ended';
    this.#driver?.shutdownWrite();
    const protocol = this.#protocol;
    if (protocol !== undefined && isHalfCloseable(protocol)) {
      try {
        this.follow(protocol.writeConnectionLost(), 'writeConnectionLost');
      } catch (error) {
        this.threw('writeConnectionLost', error);
      }
    }
    this.endIfBothEnded();
  }

  /** Both directions are over, so no event will come any more. */
  private endIfBothEnded(): void {
    if (this.#state !== 'open' || !this.readEnded || this.writing !== 'ended') return;
    this.#driver?.later(() => {
      if (this.#state === 'open') this.finish(done, 'in order');
    });
  }

  // ---- the end

  /** The end itself comes in a later turn, so that nobody is called re-entrantly. */
  protected override abort(reason: () => ConnectionAborted): void {
    const driver = this.#driver;
    if (driver === undefined || !this.live) return;
    this.#state = 'ending';
    this.queue.clear();
    this.unwatchPeer();
    driver.stopReading();
    driver.later(() => this.finish(new Failure(reason()), 'with reset'));
  }

  /** Waits for an async callback, so that its rejection ends the connection as a throw would. */
  private follow(completion: unknown, callback: string): void {
    if (completion !== undefined) follow(completion, (error) => this.threw(callback, error));
  }

  private threw(callback: string, error: unknown): void {
    const failure = Failure.from(error);
    log.failure('{callback} of {connection} threw', failure, { callback, connection: this.logPrefix() });
    this.finish(failure, 'at once');
  }

  private finish(reason: Failure, closing: Closing): void {
    const driver = this.#driver;
    const protocol = this.#protocol;
    if (driver === undefined || protocol === undefined) return;
    const released = this.#state === 'released';
    this.#state = 'over';
    this.#driver = undefined;
    this.#protocol = undefined;
    this.unwatchPeer();
    this.stopProducer();
    if (!released) this.giveUp(driver, closing);
    this.failDrained(reason);
    tellConnectionLost(protocol, reason);
    this.ended(reason);
    this.rare?.lost?.fire();
  }

  private giveUp(driver: ConnectionDriver, closing: Closing): void {
    if (closing === 'in order' || closing === 'after the peer') {
      driver.closeInOrder(this.queue, closing === 'after the peer' || this.readEnded);
    } else {
      this.queue.clear();
      driver.closeAtOnce(closing === 'with reset');
    }
  }
}
