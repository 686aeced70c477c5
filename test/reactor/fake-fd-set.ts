import type {
  IFileDescriptor,
  IReactorFDSet,
  IReadDescriptor,
  IWriteDescriptor,
} from '../../src/interfaces/index.js';
import { Clock } from '../../src/time/index.js';

/** What a FileDescriptor needs of a reactor: it remembers who is watched, and time is in the test's hand. */
export class FakeFDSet extends Clock implements IReactorFDSet {
  readonly readers = new Set<IFileDescriptor>();
  readonly writers = new Set<IFileDescriptor>();

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

  addHangUpWatch(): void {}

  forget(descriptor: IFileDescriptor): void {
    this.readers.delete(descriptor);
    this.writers.delete(descriptor);
  }

  keepAlive(): void {}

  removeAll(): IFileDescriptor[] {
    return [];
  }

  getReaders(): IReadDescriptor[] {
    return [...this.readers] as IReadDescriptor[];
  }

  getWriters(): IWriteDescriptor[] {
    return [...this.writers] as IWriteDescriptor[];
  }
}
