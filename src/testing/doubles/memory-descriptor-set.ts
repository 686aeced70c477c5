import type {
  IFileDescriptor,
  IHangUpDescriptor,
  IReactorFDSet,
  IReadDescriptor,
  IWriteDescriptor,
} from '../../interfaces/index.js';

/** Which descriptors were to be watched. Nothing is ever ready here: a test calls their `doRead` and `doWrite` itself. */
export class MemoryDescriptorSet implements IReactorFDSet {
  /** What was added for reading, for writing, to be told of hang-ups, and not removed. */
  readonly readers = new Set<IReadDescriptor>();
  /** What was added for writing and not removed. */
  readonly writers = new Set<IWriteDescriptor>();
  /** What was added to be told of hang-ups and not removed. */
  readonly hangUpWatches = new Set<IHangUpDescriptor>();
  /** For whom the process need not stay alive. */
  readonly unreferenced = new Set<IFileDescriptor>();

  addReader(reader: IReadDescriptor): void {
    this.readers.add(reader);
  }

  addWriter(writer: IWriteDescriptor): void {
    this.writers.add(writer);
  }

  removeReader(reader: IReadDescriptor): void {
    this.readers.delete(reader);
  }

  removeWriter(writer: IWriteDescriptor): void {
    this.writers.delete(writer);
  }

  addHangUpWatch(descriptor: IHangUpDescriptor): void {
    this.hangUpWatches.add(descriptor);
  }

  forget(descriptor: IFileDescriptor): void {
    const sets: readonly Set<unknown>[] = [this.readers, this.writers, this.hangUpWatches, this.unreferenced];
    for (const set of sets) set.delete(descriptor);
  }

  keepAlive(descriptor: IFileDescriptor, keep: boolean): void {
    if (keep) this.unreferenced.delete(descriptor);
    else this.unreferenced.add(descriptor);
  }

  removeAll(): IFileDescriptor[] {
    const removed = new Set<IFileDescriptor>([...this.readers, ...this.writers]);
    for (const descriptor of [...removed, ...this.hangUpWatches]) this.forget(descriptor);
    return [...removed];
  }

  getReaders(): IReadDescriptor[] {
    return [...this.readers];
  }

  getWriters(): IWriteDescriptor[] {
    return [...this.writers];
  }
}
