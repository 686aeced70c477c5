import type {
  IDelayedCall,
  IFileDescriptor,
  IReactorTime,
  IReadDescriptor,
  IWriteDescriptor,
} from '../interfaces/index.js';
import { endReading, lose, read, write } from './dispatch.js';

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

  /** Removes a descriptor in both roles. */
  remove(descriptor: IFileDescriptor): void {
    this.removeReader(descriptor as IReadDescriptor);
    this.removeWriter(descriptor as IWriteDescriptor);
  }

  /** Removes all and returns each once. */
  removeAll(): IFileDescriptor[] {
    const removed = this.getDescriptors();
    this.#readers.clear();
    this.#writers.clear();
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
    } else if (this.#next !== undefined) {
      this.#next.cancel();
      this.#next = undefined;
    }
  }

  readonly #round = (): void => {
    this.#next = undefined;
    for (const reader of [...this.#readers]) {
      if (!this.#readers.has(reader)) continue;
      const reason = read(reader);
      if (reason === undefined) continue;
      this.removeReader(reader);
      if (!endReading(reader, reason)) this.#lose(reader, reason);
    }
    for (const writer of [...this.#writers]) {
      if (!this.#writers.has(writer)) continue;
      const reason = write(writer);
      if (reason !== undefined) this.#lose(writer, reason);
    }
    this.#arrange();
  };

  #lose(descriptor: IFileDescriptor, reason: Parameters<typeof lose>[1]): void {
    this.remove(descriptor);
    lose(descriptor, reason);
  }
}
