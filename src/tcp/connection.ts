import { Deferred, Failure, fail, succeed } from '../defer/index.js';
import {
  ConnectionAborted,
  ConnectionDetached,
  ConnectionDone,
  ConnectionLost,
  NotConnectedError,
  SlowReaderError,
  WriteQueueOverflowError,
} from '../errors/index.js';
import type {
  HangUp,
  IAddress,
  IConsumer,
  IDelayedCall,
  IEvents,
  IProtocol,
  IPullProducer,
  IPushProducer,
  ITransport,
  TransportEvents,
} from '../interfaces/index.js';
import { EventSource, getLog } from '../logger/index.js';
import type { ConnectionDriver, ConnectionFeed } from './connection-driver.js';
import type { ConnectionLimits } from './connection-options.js';
import { ProducerSlot } from './producer-slot.js';
import { WriteQueue } from './write-queue.js';

/**
 * How a connection lives and ends, without any I/O: a driver feeds it and does what it asks
 * ({@link ConnectionDriver}).
 *
 * The protocol hears `makeConnection` once and `connectionLost` once. In between the connection goes through these
 * states, and never back:
 *
 *     open ── loseConnection ──> closing ── all sent, no producer ──> over (ConnectionDone)
 *      │                            │
 *      ├── end of file ─────────────│──────────────────────────────> over (ConnectionDone), or half open if the
 *      │                            │                                protocol takes half-closes
 *      ├── abort, detach ───────────┴──> ending ── a later turn ───> over (ConnectionAborted, ConnectionDetached)
 *      └── a call failed, the protocol threw ──────────────────────> over (the error)
 *
 * The two directions end apart: `writing` goes from open over ending (loseWriteConnection) to ended (FIN is sent),
 * `readEnded` says that the peer's FIN came.
 *
 * Twisted: `FileDescriptor` (twisted.internet.abstract) and `Connection` (twisted.internet.tcp).
 */

const log = getLog('tcp');

/** Shared, as Twisted's: making an Error for each orderly end would cost more than the end itself. */
const done = new Failure(new ConnectionDone());

/** How the driver is to give the descriptor up. */
type Closing = 'in order' | 'at once' | 'with reset' | 'released';

export abstract class Connection implements ITransport, IConsumer, IPushProducer, ConnectionFeed, AsyncDisposable {
  readonly queue = new WriteQueue();
  bytesRead = 0;
  bytesWritten = 0;
  writeBufferSize: number;

  readonly #limits: ConnectionLimits;
  #driver: ConnectionDriver | undefined;
  #protocol: IProtocol | undefined;
  #state: 'new' | 'open' | 'closing' | 'ending' | 'over' = 'new';
  #writing: 'open' | 'ending' | 'ended' = 'open';
  #readEnded = false;
  #full = false;
  #producer: ProducerSlot | undefined;
  #events: EventSource<TransportEvents> | undefined;
  #drained: Deferred<void>[] | undefined;
  #lost: Deferred<void>[] | undefined;
  #slowReader: IDelayedCall | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.writeBufferSize = limits.writeBufferSize;
  }

  abstract getPeer(): IAddress;
  abstract getHost(): IAddress;
  abstract logPrefix(): string;

  /** The protocol's `connectionLost` has run; `reason` is what it got. */
  protected abstract ended(reason: Failure): void;

  /** The driver, while there is one to be asked for the socket's options. */
  protected get driver(): ConnectionDriver | undefined {
    return this.#driver;
  }

  /** The protocol, from `begin` until `connectionLost`. */
  protected get protocol(): IProtocol | undefined {
    return this.#protocol;
  }

  get connected(): boolean {
    return this.#state === 'open' || this.#state === 'closing' || this.#state === 'ending';
  }

  get disconnecting(): boolean {
    return this.#state === 'closing' || this.#state === 'ending';
  }

  get bytesQueued(): number {
    return this.queue.bytes;
  }

  get events(): IEvents<TransportEvents> {
    return (this.#events ??= new EventSource());
  }

  /** The connection is there: reading begins and the protocol is told. */
  protected begin(driver: ConnectionDriver, protocol: IProtocol): void {
    this.#driver = driver;
    this.#protocol = protocol;
    this.#state = 'open';
    // Before the protocol is told, so that a pauseProducing() in connectionMade counts.
    driver.startReading();
    try {
      this.#follow(protocol.makeConnection(this), 'connectionMade');
    } catch (error) {
      this.#threw('connectionMade', error);
    }
  }

  // ---- what the protocol does

  write(data: Uint8Array): boolean {
    if (!(data instanceof Uint8Array)) throw notBytes(data);
    if (!this.#accepts()) return false;
    this.queue.push(data);
    return this.#queued();
  }

  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    for (const data of all) if (!(data instanceof Uint8Array)) throw notBytes(data);
    if (!this.#accepts()) return false;
    for (const data of all) this.queue.push(data);
    return this.#queued();
  }

  drained(): Deferred<void> {
    if (!this.connected) return fail(new NotConnectedError());
    if (this.queue.bytes === 0) return succeed<void>(undefined);
    const drained = new Deferred<void>();
    (this.#drained ??= []).push(drained);
    return drained;
  }

  loseConnection(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#driver?.stopReading();
    this.#driver?.startWriting();
  }

  loseWriteConnection(): void {
    if (this.#state !== 'open' || this.#writing !== 'open') return;
    this.#writing = 'ending';
    this.#driver?.startWriting();
  }

  abortConnection(): void {
    this.#abort(() => new ConnectionAborted());
  }

  /** See ITCPTransport.detach. */
  detach(): number {
    const driver = this.#driver;
    if (driver === undefined || this.#state === 'ending') throw new NotConnectedError();
    if (this.queue.bytes > 0) throw new Error(`${this.queue.bytes} bytes are queued: wait for drained() first`);
    this.#state = 'ending';
    driver.later(() => this.#end(new Failure(new ConnectionDetached()), 'released'));
    return driver.release();
  }

  pauseProducing(): void {
    if (this.connected) this.#driver?.stopReading();
  }

  resumeProducing(): void {
    if (this.#state === 'open' && !this.#readEnded) this.#driver?.startReading();
  }

  stopProducing(): void {
    this.loseConnection();
  }

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.connected) (this.#producer ??= new ProducerSlot()).register(producer, streaming);
    else producer.stopProducing();
  }

  unregisterProducer(): void {
    this.#producer?.unregister();
    // A close that waited for the producer has nothing left to send that would bring it here again.
    if (this.#state === 'closing' || this.#writing === 'ending') this.#driver?.startWriting();
  }

  stopConsuming(): void {
    this.unregisterProducer();
    this.loseConnection();
  }

  /** Fires when the connection is lost, whatever the reason; at once if it is. */
  whenLost(): Deferred<void> {
    if (this.#state === 'over') return succeed<void>(undefined);
    const lost = new Deferred<void>();
    (this.#lost ??= []).push(lost);
    return lost;
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
      if (completion !== undefined) this.#follow(completion, 'dataReceived');
    } catch (error) {
      this.#threw('dataReceived', error);
    }
  }

  dataDiscarded(bytes: number): void {
    this.bytesRead += bytes;
  }

  endOfFile(): void {
    const protocol = this.#protocol;
    if (protocol === undefined || this.#state !== 'open' || this.#readEnded) return;
    this.#readEnded = true;
    this.#driver?.stopReading();
    if (!isHalfCloseable(protocol)) {
      this.#end(done, 'in order');
      return;
    }
    try {
      this.#follow(protocol.readConnectionLost(), 'readConnectionLost');
    } catch (error) {
      this.#threw('readConnectionLost', error);
    }
    this.#endIfBothEnded();
  }

  hangUp(how: HangUp): void {
    if (!this.connected || this.#readEnded) return;
    this.#events?.emit('hangUp', how);
    if (how === 'reset') this.#stopProducer();
  }

  sent(bytes: number): void {
    if (bytes > 0) {
      this.bytesWritten += bytes;
      this.#watchSlowReader();
    }
    if (this.queue.bytes === 0 && this.#state !== 'ending') this.#nothingQueued();
  }

  failed(error: Error): void {
    this.#end(new Failure(new ConnectionLost('', { cause: error })), 'at once');
  }

  dropped(reason: Failure): void {
    this.#end(reason, 'at once');
  }

  // ---- the write side

  #accepts(): boolean {
    return (this.#state === 'open' || this.#state === 'closing') && this.#writing !== 'ended';
  }

  #queued(): boolean {
    const { bytes } = this.queue;
    if (bytes === 0) return true;
    this.#driver?.startWriting();
    if (this.#slowReader === undefined && this.#limits.slowReaderTimeoutMs !== Infinity) this.#watchSlowReader();
    if (bytes <= this.writeBufferSize) return true;
    this.#overfull(bytes);
    return false;
  }

  #overfull(bytes: number): void {
    if (bytes > this.#limits.writeQueueLimit) {
      this.#events?.emit('writeQueueOverflow', bytes);
      this.#abort(() => new WriteQueueOverflowError(bytes, this.#limits.writeQueueLimit));
      return;
    }
    if (!this.#full) {
      this.#full = true;
      this.#events?.emit('writeBufferFull', bytes);
    }
    this.#producer?.pause();
  }

  /** All is sent: who waited for that has its turn, and if nobody did, what was to end ends. */
  #nothingQueued(): void {
    if (this.#full) {
      this.#full = false;
      this.#events?.emit('drain');
    }
    if (this.#drained !== undefined) this.#fireDrained();
    if (this.#producer?.occupied === true) {
      this.#resumeProducer(this.#producer);
    } else if (this.queue.bytes > 0) {
      // Somebody who was told has written again.
    } else if (this.#state === 'closing') {
      this.#end(done, 'in order');
    } else if (this.#writing === 'ending') {
      this.#endWriting();
    }
  }

  #fireDrained(): void {
    const drained = this.#drained ?? [];
    this.#drained = undefined;
    for (const deferred of drained) deferred.callback(undefined);
  }

  #resumeProducer(producer: ProducerSlot): void {
    try {
      producer.resume();
    } catch (error) {
      this.#threw('resumeProducing', error);
    }
  }

  #endWriting(): void {
    this.#writing = 'ended';
    this.#driver?.shutdownWrite();
    const protocol = this.#protocol;
    if (protocol !== undefined && isHalfCloseable(protocol)) {
      try {
        this.#follow(protocol.writeConnectionLost(), 'writeConnectionLost');
      } catch (error) {
        this.#threw('writeConnectionLost', error);
      }
    }
    this.#endIfBothEnded();
  }

  /** Both directions are over, so no event will come any more. */
  #endIfBothEnded(): void {
    if (!this.#readEnded || this.#writing !== 'ended') return;
    this.#driver?.later(() => this.#end(done, 'in order'));
  }

  /** The peer has time from the first byte queued, and again from each that it takes. */
  #watchSlowReader(): void {
    const { slowReaderTimeoutMs } = this.#limits;
    if (slowReaderTimeoutMs === Infinity) return;
    if (this.queue.bytes === 0) {
      this.#forgetSlowReader();
    } else if (this.#slowReader === undefined) {
      this.#slowReader = this.#driver?.after(slowReaderTimeoutMs, () => this.#tooSlow());
    } else {
      this.#slowReader.reset(slowReaderTimeoutMs / 1000);
    }
  }

  #tooSlow(): void {
    this.#slowReader = undefined;
    const { bytes } = this.queue;
    this.#events?.emit('slowReader', bytes);
    this.#abort(() => new SlowReaderError(bytes, this.#limits.slowReaderTimeoutMs));
  }

  #forgetSlowReader(): void {
    this.#slowReader?.cancel();
    this.#slowReader = undefined;
  }

  // ---- the end

  /** Nothing is read or sent from now on; the end itself comes in a later turn, so that nobody is called re-entrantly. */
  #abort(reason: () => ConnectionAborted): void {
    const driver = this.#driver;
    if (driver === undefined || this.#state === 'ending' || this.#state === 'over') return;
    this.#state = 'ending';
    this.queue.clear();
    driver.stopReading();
    driver.later(() => this.#end(new Failure(reason()), 'with reset'));
  }

  /** Waits for an async callback, so that its rejection ends the connection as a throw would. */
  #follow(completion: void | PromiseLike<unknown>, callback: string): void {
    if (completion === undefined) return;
    completion.then(undefined, (error: unknown) => this.#threw(callback, error));
  }

  #threw(callback: string, error: unknown): void {
    const failure = Failure.from(error);
    log.failure('{callback} of {connection} threw', failure, { callback, connection: this.logPrefix() });
    this.#end(failure, 'at once');
  }

  #end(reason: Failure, closing: Closing): void {
    const driver = this.#driver;
    const protocol = this.#protocol;
    if (driver === undefined || protocol === undefined) return;
    this.#state = 'over';
    this.#driver = undefined;
    this.#protocol = undefined;
    this.#forgetSlowReader();
    this.#stopProducer();
    this.#close(driver, closing);
    if (this.#drained !== undefined) this.#failDrained(reason);
    try {
      const completion = protocol.connectionLost(reason);
      if (completion !== undefined) completion.then(undefined, (error: unknown) => lostThrew(protocol, error));
    } catch (error) {
      lostThrew(protocol, error);
    }
    this.ended(reason);
    for (const lost of this.#lost ?? []) lost.callback(undefined);
    this.#lost = undefined;
  }

  #close(driver: ConnectionDriver, closing: Closing): void {
    if (closing === 'in order') {
      driver.closeInOrder(this.queue, this.#readEnded);
    } else {
      this.queue.clear();
      if (closing !== 'released') driver.closeAtOnce(closing === 'with reset');
    }
  }

  #stopProducer(): void {
    try {
      this.#producer?.stop();
    } catch (error) {
      log.failure('stopProducing threw', Failure.from(error), { connection: this.logPrefix() });
    }
  }

  #failDrained(reason: Failure): void {
    const drained = this.#drained ?? [];
    this.#drained = undefined;
    for (const deferred of drained) deferred.errback(reason);
  }
}

function lostThrew(protocol: IProtocol, error: unknown): void {
  const name = protocol.logPrefix?.() ?? protocol.constructor.name;
  log.failure('connectionLost of {protocol} threw', Failure.from(error), { protocol: name });
}

function isHalfCloseable(protocol: IProtocol): protocol is import('../interfaces/index.js').IHalfCloseableProtocol {
  return 'readConnectionLost' in protocol && 'writeConnectionLost' in protocol;
}

function notBytes(data: unknown): TypeError {
  const advice = typeof data === 'string' ? ': use Buffer.from(text) to choose an encoding' : '';
  return new TypeError(`Data must be bytes (a Buffer or Uint8Array), not ${typeof data}${advice}`);
}
