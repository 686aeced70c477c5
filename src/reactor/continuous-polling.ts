import type {
  DisconnectReason,
  IDelayedCall,
  IFileDescriptor,
  IReactorTime,
  IReadDescriptor,
  IWriteDescriptor,
} from '../interfaces/index.js';
import { withLogContext } from '../logger/index.js';
import { endReading, lose, read, wentAway, write } from './dispatch.js';

/** Seconds between two rounds. */
const INTERVAL = 0.00001;

/**
 * Polls descriptors that epoll can't watch because they are always ready: regular files. One loop on the reactor's
 * clock calls them all, and ends when there are none.
 * Twisted: `_ContinuousPolling`.
 */
export class ContinuousPolling {
  readonly #time: Pick<IReactorTime, 'callLater'>;
  readonly #readers = new Set<IReadDescriptor>();
  readonly #writers = new Set<IWriteDescriptor>();
  #next: IDelayedCall | undefined;
  /** Who is being called, unless somebody else has taken care of it meanwhile. */
  #current: IFileDescriptor | undefined;

  constructor(time: Pick<IReactorTime, 'callLater'>) {
    this.#time = time;
  }

  addReader(reader: IReadDescriptor): void {
    this.#readers.add(reader);
    this.#arrange();
  }

  addWriter(writer: IWriteDescriptor): void {
    this.#writers.add(writer);
    this.#arrange();
  }

  removeReader(reader: IReadDescriptor): void {
    if (this.#readers.delete(reader)) this.#arrange();
  }

  removeWriter(writer: IWriteDescriptor): void {
    if (this.#writers.delete(writer)) this.#arrange();
  }

  /** Removes a descriptor in both roles; a reason that its callback returns comes too late then. */
  remove(descriptor: IFileDescriptor): void {
    if (this.#current === descriptor) this.#current = undefined;
    this.removeReader(descriptor as IReadDescriptor);
    this.removeWriter(descriptor as IWriteDescriptor);
  }

  /** Removes all and returns each once. */
  removeAll(): IFileDescriptor[] {
    const removed = this.getDescriptors();
    this.#readers.clear();
    this.#writers.clear();
    this.#current = undefined;
    this.#arrange();
    return removed;
  }

  has(descriptor: IFileDescriptor): boolean {
    return this.isReading(descriptor) || this.isWriting(descriptor);
  }

  isReading(descriptor: IFileDescriptor): boolean {
    return this.#readers.has(descriptor as IReadDescriptor);
  }

  isWriting(descriptor: IFileDescriptor): boolean {
    return this.#writers.has(descriptor as IWriteDescriptor);
  }

  getReaders(): IReadDescriptor[] {
    return [...this.#readers];
  }

  getWriters(): IWriteDescriptor[] {
    return [...this.#writers];
  }

  getDescriptors(): IFileDescriptor[] {
    return [...new Set<IFileDescriptor>([...this.#readers, ...this.#writers])];
  }

  #arrange(): void {
    const wanted = this.#readers.size + this.#writers.size > 0;
    if (wanted) {
      this.#next ??= this.#time.callLater(INTERVAL, this.#round);
    } else {
      this.#next?.[Symbol.dispose]();
      this.#next = undefined;
    }
  }

  readonly #round = (): void => {
    this.#next = undefined;
    for (const reader of [...this.#readers]) {
      if (this.#readers.has(reader)) withLogContext(reader, () => this.#read(reader));
    }
    for (const writer of [...this.#writers]) {
      if (this.#writers.has(writer)) withLogContext(writer, () => this.#write(writer));
    }
    this.#arrange();
  };

  #read(reader: IReadDescriptor): void {
    this.#current = reader;
    const reason = read(reader) ?? this.#wentAway(reader);
    if (reason === undefined || !this.#isCurrent(reader)) return;
    this.removeReader(reader);
    this.#lose(reader, endReading(reader, reason));
  }

  #write(writer: IWriteDescriptor): void {
    this.#current = writer;
    const reason = write(writer) ?? this.#wentAway(writer);
    if (this.#isCurrent(writer)) this.#lose(writer, reason);
  }

  #isCurrent(descriptor: IFileDescriptor): boolean {
    return this.#current === descriptor;
  }

  /** A descriptor that has removed itself isn't asked for its number any more. */
  #wentAway(descriptor: IFileDescriptor): DisconnectReason {
    return this.has(descriptor) ? wentAway(descriptor) : undefined;
  }

  #lose(descriptor: IFileDescriptor, reason: DisconnectReason): void {
    if (reason === undefined) return;
    this.remove(descriptor);
    lose(descriptor, reason);
  }
}
