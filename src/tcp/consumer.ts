import { type Deferred, Failure, cancelOnAbort, fail, succeed } from '../defer/index.js';
import {
  ConnectionAborted,
  NotConnectedError,
  SlowReaderError,
  WriteQueueOverflowError,
} from '../errors/index.js';
import type {
  IConsumer,
  IEvents,
  IOpenFile,
  IPullProducer,
  IPushProducer,
  SendFileOptions,
  TransportEvents,
} from '../interfaces/index.js';
import { EventSource, getLog } from '../logger/index.js';
import type { ConnectionDriver } from './connection-driver.js';
import type { ConnectionLimits } from './connection-options.js';
import { FileQueue } from './file-queue.js';
import { ProducerSlot } from './producer-slot.js';
import { QueuedFile, requireFileRange } from './queued-file.js';
import { RareParts } from './rare-parts.js';
import { SlowReader } from './slow-reader.js';
import { Waiters } from './waiters.js';
import { NOTHING_QUEUED, WriteQueue, requireBytes } from './write-queue.js';

const log = getLog('tcp');

const fileCancelled = (): ConnectionAborted =>
  new ConnectionAborted('a file was being sent, and that was cancelled');

/**
 * The outgoing half of a connection: what is queued, and those who care how full the queue is: the producer that is
 * paused and resumed, who waits for it to drain, who listens to events, the watch on a slow reader. When a connection
 * begins and ends is the other half's affair ({@link Connection}), which says what is accepted and does the sending.
 *
 * It is a base class, not a part, so that an idle connection pays for none of it.
 * Twisted: `FileDescriptor` (twisted.internet.abstract).
 */
export abstract class Consumer implements IConsumer {
  /** What was written and not sent yet. */
  queue = NOTHING_QUEUED;

  readonly #limits: ConnectionLimits;
  /** What only some connections have; undefined until it is needed. */
  protected rare: RareParts | undefined = undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  abstract get connected(): boolean;
  abstract logPrefix(): string;

  /** Neither over nor about to be. */
  protected abstract get live(): boolean;
  /** Whether bytes may still be queued. */
  protected abstract get accepting(): boolean;
  /** Whether something is to end as soon as all is sent and nobody produces any more. */
  protected abstract get finishing(): boolean;
  /** Has the queue sent, or what is to end ended, when the turn ends. */
  protected abstract startWriting(): void;
  /** Nothing is read or sent from now on; the end comes in a later turn. */
  protected abstract abort(reason: () => ConnectionAborted): void;

  /** See ITCPTransport.writeBufferSize. */
  get writeBufferSize(): number {
    return this.rare?.writeBufferSize ?? this.#limits.writeBufferSize;
  }

  set writeBufferSize(bytes: number) {
    this.rareParts().writeBufferSize = bytes;
  }

  get bytesQueued(): number {
    return this.queue.bytes;
  }

  get events(): IEvents<TransportEvents> {
    return (this.rareParts().events ??= new EventSource());
  }

  write(data: Uint8Array): boolean {
    requireBytes(data);
    if (!this.accepting) return false;
    this.ownQueue().push(data);
    return this.queued();
  }

  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    for (const data of all) requireBytes(data);
    if (!this.accepting) return false;
    const queue = this.ownQueue();
    for (const data of all) queue.push(data);
    return this.queued();
  }

  sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    { signal }: SendFileOptions = {},
  ): Deferred<void> {
    requireFileRange(file, offset, length);
    if (!this.accepting) return fail(new NotConnectedError());
    const isWanted = signal?.aborted !== true;
    const queued = new QueuedFile(file, offset, length, () => {
      if (isWanted) this.abort(fileCancelled);
    });
    if (isWanted) this.queueFile(queued);
    if (signal !== undefined) cancelOnAbort(queued.result, signal);
    return queued.result;
  }

  drained(): Deferred<void> {
    if (!this.connected) return fail(new NotConnectedError());
    // Who aborts drops what is queued: it wasn't sent, and the end will say so.
    if (this.queue.bytes === 0 && this.live) return succeed<void>(undefined);
    return (this.rareParts().drained ??= new Waiters()).add();
  }

  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.live) (this.rareParts().producer ??= new ProducerSlot()).register(producer, streaming);
    else producer.stopProducing();
  }

  unregisterProducer(): void {
    this.rare?.producer?.unregister();
    // What waited for the producer has nothing left to send that would bring it up again.
    if (this.finishing) this.startWriting();
  }

  // ---- what the connection tells

  /** A peer that takes nothing is to be noticed, if the limits say so. */
  protected watchPeer(driver: Pick<ConnectionDriver, 'after'>): void {
    const { slowReaderTimeoutMs } = this.#limits;
    if (slowReaderTimeoutMs === Infinity) return;
    this.rareParts().slowReader = new SlowReader(slowReaderTimeoutMs, driver, () => this.tooSlow());
  }

  /** Some of the queue is sent. */
  protected taken(): void {
    this.rare?.slowReader?.took(this.queue.bytes);
    this.queue.tellSent();
  }

  /** All is sent: who waited for that hears it, except the producer. */
  protected emptied(): void {
    this.queue = NOTHING_QUEUED;
    const { rare } = this;
    if (rare === undefined) return;
    if (rare.full) {
      rare.full = false;
      this.emit('drain');
    }
    rare.drained?.fire();
  }

  /** Asks the producer for more, if there is one; false if not. Throws what the producer throws. */
  protected resumeProducer(): boolean {
    const producer = this.rare?.producer;
    if (producer?.occupied !== true) return false;
    producer.resume();
    return true;
  }

  /** The producer hears that there will be no more. */
  protected stopProducer(): void {
    try {
      this.rare?.producer?.stop();
    } catch (error) {
      log.failure('stopProducing threw', Failure.from(error), { connection: this.logPrefix() });
    }
  }

  /** Nobody waits for the peer any more. */
  protected unwatchPeer(): void {
    this.rare?.slowReader?.stop();
  }

  /** Who still waits for the queue to drain waits in vain, and so does who waits for a file that was dropped from it. */
  protected failDrained(reason: Failure): void {
    this.rare?.drained?.fail(reason);
    for (const file of this.queue.takeDropped()) file.fail(reason);
  }

  /** Tells those who listen, if anybody does. */
  protected emit<K extends keyof TransportEvents>(event: K, ...args: TransportEvents[K]): void {
    this.rare?.events?.emit(event, ...args);
  }

  /** The rare parts, which are there from the first time that one is needed. */
  protected rareParts(): RareParts {
    return (this.rare ??= new RareParts());
  }

  /** The queue to push to. */
  private ownQueue(): WriteQueue {
    if (this.queue === NOTHING_QUEUED) this.queue = new WriteQueue();
    return this.queue;
  }

  private queueFile(file: QueuedFile): void {
    if (file.bytes === 0) {
      file.succeed();
      return;
    }
    // Few connections ever send a file, so only these have a queue with room for one.
    const queue = FileQueue.from(this.queue);
    this.queue = queue;
    queue.pushFile(file);
    this.queued();
  }

  // ---- the marks

  private queued(): boolean {
    const { bytes } = this.queue;
    if (bytes === 0) return true;
    this.startWriting();
    this.rare?.slowReader?.queued();
    if (bytes <= this.writeBufferSize && bytes <= this.#limits.writeQueueLimit) return true;
    return this.overfull(bytes);
  }

  /** Whether it only seemed so: a file takes no memory. */
  private overfull(bytes: number): boolean {
    const { writeQueueLimit } = this.#limits;
    const { memoryBytes } = this.queue;
    if (memoryBytes > writeQueueLimit) {
      this.emit('writeQueueOverflow', memoryBytes);
      this.abort(() => new WriteQueueOverflowError(memoryBytes, writeQueueLimit));
      return false;
    }
    if (bytes <= this.writeBufferSize) return true;
    const rare = this.rareParts();
    if (!rare.full) {
      rare.full = true;
      this.emit('writeBufferFull', bytes);
    }
    rare.producer?.pause();
    return false;
  }

  private tooSlow(): void {
    const { bytes } = this.queue;
    this.emit('slowReader', bytes);
    this.abort(() => new SlowReaderError(bytes, this.#limits.slowReaderTimeoutMs));
  }
}
