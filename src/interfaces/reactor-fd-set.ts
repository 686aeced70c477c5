import type { IFileDescriptor, IHangUpDescriptor, IReadDescriptor, IWriteDescriptor } from './descriptor.js';

/**
 * Which descriptors a reactor watches, and for what. Level-triggered: a condition that lasts is told again in
 * the next turn. Adding what is there already and removing what isn't do nothing. Changes made within a turn
 * reach the kernel together at its end, so an error of the kernel (ENOMEM, ENOSPC, EBADF) comes to the
 * descriptor's `connectionLost`. A descriptor that epoll can't watch (EPERM: a regular file) is called in every turn.
 *
 * Twisted: `IReactorFDSet`; the hang-up watch is heddle's.
 */
export interface IReactorFDSet {
  /** Call `reader.doRead()` whenever there is something to read. Throws if another descriptor with the same number is watched. */
  addReader(reader: IReadDescriptor): void;
  /** Call `writer.doWrite()` whenever writing won't block. Throws if another descriptor with the same number is watched. */
  addWriter(writer: IWriteDescriptor): void;
  /** No `doRead` after this call, not even for an event that has already happened. */
  removeReader(reader: IReadDescriptor): void;
  /** No `doWrite` after this call, not even for an event that has already happened. */
  removeWriter(writer: IWriteDescriptor): void;
  /** Call `descriptor.hangUp()` when the other side goes away while the descriptor isn't watched for reading. */
  addHangUpWatch(descriptor: IHangUpDescriptor): void;
  /**
   * Ends every watch of this descriptor at once and forgets it. To be called before its number is closed.
   * `shared`: the number may have been duplicated (dup, fork), so the kernel is told now and in so many
   * words; without it the coming close tells the kernel.
   */
  forget(descriptor: IFileDescriptor, options?: { readonly shared?: boolean }): void;
  /** Whether the process stays alive for this descriptor's sake while it is watched. True at first. */
  keepAlive(descriptor: IFileDescriptor, keep: boolean): void;
  /** Ends all watching and returns what was read or written, each descriptor once; the reactor's own descriptors stay. */
  removeAll(): IFileDescriptor[];
  /** A snapshot of what is watched for reading, without the reactor's own descriptors. */
  getReaders(): IReadDescriptor[];
  /** A snapshot of what is watched for writing, without the reactor's own descriptors. */
  getWriters(): IWriteDescriptor[];
}
