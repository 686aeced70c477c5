import { Failure } from '../defer/index.js';
import { ConnectionDone, ConnectionLost } from '../errors/index.js';
import type {
  DisconnectReason,
  IConsumer,
  IHalfCloseableDescriptor,
  IPullProducer,
  IPushProducer,
  IReactorFDSet,
  IReactorTime,
  IReadWriteDescriptor,
} from '../interfaces/index.js';
import { errno, systemError } from '../libc/index.js';
import { getLog } from '../logger/index.js';
import { ProducerSlot } from '../tcp/producer-slot.js';
import { WriteQueue } from '../tcp/write-queue.js';
import { lose } from './dispatch.js';

const log = getLog('reactor');

/**
 * The base of whoever brings a descriptor of his own (a pipe, a terminal, an eventfd, a file) and wants a transport's
 * manners: a write queue, producers, an end in order. A subclass says how bytes get in and out:
 *
 *  - `fileno()`: the number; -1 once it is closed;
 *  - `doRead()`: there is something to read; return a ConnectionDone when it ends;
 *  - `writeSomeData(data)`: write without blocking;
 *  - `connectionLost(reason)`: call `super.connectionLost(reason)`, then close the descriptor.
 *
 * {@link OwnedFileDescriptor} does all of that for a number that libc reads and writes.
 *
 * Facts that it rests on:
 *  - A reactor calls `doWrite` while writing won't block, so who has nothing to write must stop writing.
 *  - The reading end of a pipe never becomes writable. So an end that has nothing to wait for isn't left to `doWrite`
 *    alone: a timer calls for it as well, and whichever comes first ends the descriptor.
 *
 * Twisted: `twisted.internet.abstract.FileDescriptor`. Other than there a descriptor counts as connected from the
 * start, and `loseConnection` waits for any producer, not only for a paused one.
 */
export abstract class FileDescriptor
  implements IReadWriteDescriptor, IHalfCloseableDescriptor, IConsumer, IPushProducer
{
  /**
   * Whether what is written is taken. True from the start until `connectionLost`; a subclass that connects first sets
   * it to false in its constructor and to true when it is connected.
   */
  connected = true;
  /** The high-water mark in bytes: above it a push producer is paused and `write` answers false. */
  bufferSize = 65_536;
  /** `writeSomeData` is given so many bytes at most; small pieces are joined up to here. */
  protected readonly sendLimit: number = 65_536;
  /** Where it is registered. */
  protected readonly reactor: IReactorFDSet & Pick<IReactorTime, 'callLater'>;
  readonly #queue = new WriteQueue();
  readonly #producer = new ProducerSlot();
  #disconnected = false;
  #disconnecting = false;
  #writing: 'open' | 'ending' | 'ended' = 'open';

  constructor(reactor: IReactorFDSet & Pick<IReactorTime, 'callLater'>) {
    this.reactor = reactor;
  }

  abstract fileno(): number;

  /** See {@link IReadDescriptor.doRead}. */
  abstract doRead(): DisconnectReason;

  /**
   * Writes what can be written of `data` (never empty) without blocking, and answers how many bytes were taken, 0 if
   * none. An Error, or a negative number as `Libc` answers it, ends the descriptor; EAGAIN and EINTR count as
   * 0.
   */
  protected abstract writeSomeData(data: Uint8Array): number | Error;

  /** The class's name, unless a subclass knows better. */
  logPrefix(): string {
    return this.constructor.name;
  }

  /** True once `connectionLost` was called. */
  get disconnected(): boolean {
    return this.#disconnected;
  }

  /** True once `loseConnection` was called. */
  get disconnecting(): boolean {
    return this.#disconnecting;
  }

  /** Bytes queued and not yet taken by `writeSomeData`. */
  get bytesQueued(): number {
    return this.#queue.bytes;
  }

  /** Has `doRead` called whenever there is something to read. */
  startReading(): void {
    this.reactor.addReader(this);
  }

  /** Has it called no more. */
  stopReading(): void {
    this.reactor.removeReader(this);
  }

  /** Has `doWrite` called whenever there is room to write. */
  startWriting(): void {
    this.reactor.addWriter(this);
  }

  /** Has it called no more. */
  stopWriting(): void {
    this.reactor.removeWriter(this);
  }

  // ---- the consumer

  /**
   * Queues bytes, which go out in later turns; don't change them until then. Ignored unless `connected`, and after
   * `loseWriteConnection` was carried out. False if more than `bufferSize` is queued. Throws a TypeError for
   * anything but a Uint8Array.
   */
  write(data: Uint8Array): boolean {
    requireBytes(data);
    return this.#write([data]);
  }

  /** Queues many pieces as one. All are looked at before the first is queued. */
  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    for (const data of all) requireBytes(data);
    return this.#write(all);
  }

  /** See {@link IConsumer.registerProducer}. */
  registerProducer(producer: IPushProducer, streaming: true): void;
  /** The same for a producer that is asked for each piece. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.#disconnected) producer.stopProducing();
    else this.#producer.register(producer, streaming);
  }

  unregisterProducer(): void {
    this.#producer.unregister();
    // An end that waited for the producer may have nothing left to send that would bring it about.
    if (!this.connected) return;
    if (this.#disconnecting) this.#endSoon();
    else if (this.#writing === 'ending') this.startWriting();
  }

  /** Unregisters the producer and closes. */
  stopConsuming(): void {
    this.unregisterProducer();
    this.loseConnection();
  }

  // ---- the producer: what is read

  pauseProducing(): void {
    this.stopReading();
  }

  /** Reads again. Does nothing once the descriptor is closing or lost. */
  resumeProducing(): void {
    if (this.connected && !this.#disconnecting) this.startReading();
  }

  /** Does what `loseConnection` does. */
  stopProducing(): void {
    this.loseConnection();
  }

  // ---- the end

  /**
   * No more reading; `connectionLost(ConnectionDone)` follows in a later turn, when all is written and no producer is
   * registered.
   */
  loseConnection(): void {
    if (!this.connected || this.#disconnecting) return;
    this.#disconnecting = true;
    this.stopReading();
    this.#endSoon();
  }

  /** When all is written and no producer is registered, `writeConnectionLost(ConnectionDone)` follows. */
  loseWriteConnection(): void {
    if (!this.connected || this.#disconnecting || this.#writing !== 'open') return;
    this.#writing = 'ending';
    this.startWriting();
  }

  /** Reading has ended in order. The whole descriptor is lost with it, unless a subclass thinks otherwise. */
  readConnectionLost(reason: Failure): void {
    this.connectionLost(reason);
  }

  /** Writing has ended in order. The whole descriptor is lost with it, unless a subclass thinks otherwise. */
  writeConnectionLost(reason: Failure): void {
    this.connectionLost(reason);
  }

  /** It is over: nothing is read or written any more, what is queued is dropped, the producer is told. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- overrides look at the reason
  connectionLost(reason: Failure): void {
    if (this.#disconnected) return;
    this.#disconnected = true;
    this.connected = false;
    this.stopReading();
    this.stopWriting();
    this.#queue.clear();
    try {
      this.#producer.stop();
    } catch (error) {
      // The subclass has still to close its descriptor.
      log.failure('stopProducing threw', Failure.from(error));
    }
  }

  // ---- writing

  doWrite(): DisconnectReason {
    if (this.#queue.bytes > 0) {
      const data = this.#nextPiece();
      const taken = this.writeSomeData(data);
      if (typeof taken !== 'number') return taken;
      if (taken < 0) return this.#writeFailed(taken);
      if (taken > data.length) throw new RangeError(`${data.length} bytes were given, and ${taken} taken`);
      this.#queue.consume(taken);
      if (this.#queue.bytes > 0) return undefined;
    }
    this.stopWriting();
    return this.#nothingQueued();
  }

  #write(pieces: readonly Uint8Array[]): boolean {
    if (!this.connected || this.#writing === 'ended') return false;
    for (const data of pieces) this.#queue.push(data);
    if (this.#queue.bytes === 0) return true;
    this.startWriting();
    if (this.#queue.bytes <= this.bufferSize) return true;
    this.#producer.pause();
    return false;
  }

  /** The front of the queue: what is in one piece by reference, small pieces joined. */
  #nextPiece(): Uint8Array {
    const { single, chunks, first, offset } = this.#queue;
    if (single !== undefined) return single.subarray(offset, offset + this.sendLimit);
    const pieces: Uint8Array[] = [];
    let room = this.sendLimit;
    for (let i = first; i < chunks.length && room > 0; i += 1) {
      const start = i === first ? offset : 0;
      const piece = (chunks[i] as Uint8Array).subarray(start, start + room);
      pieces.push(piece);
      room -= piece.length;
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
  }

  #writeFailed(result: number): DisconnectReason {
    if (result === -errno.EAGAIN || result === -errno.EINTR) return undefined;
    return new ConnectionLost('', { cause: systemError(result, 'write', { fd: this.fileno() }) });
  }

  /** All is written: a producer has its turn; if there is none, what was to end ends. */
  #nothingQueued(): DisconnectReason {
    if (this.#producer.occupied) this.#producer.resume();
    else if (this.#disconnecting) return new ConnectionDone();
    else if (this.#writing === 'ending') this.#endWriting();
    return undefined;
  }

  #endWriting(): void {
    this.#writing = 'ended';
    this.writeConnectionLost(new Failure(new ConnectionDone()));
  }

  #endSoon(): void {
    this.startWriting();
    this.reactor.callLater(0, () => {
      if (!this.connected || this.#queue.bytes > 0 || this.#producer.occupied) return;
      lose(this, new ConnectionDone());
    });
  }
}

function requireBytes(data: unknown): void {
  if (data instanceof Uint8Array) return;
  const advice = typeof data === 'string' ? ': use Buffer.from(text) to choose an encoding' : '';
  throw new TypeError(`Data must be bytes (a Buffer or Uint8Array), not ${typeof data}${advice}`);
}
