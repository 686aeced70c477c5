import type { IFileDescriptor, IReactorFDSet, IReadDescriptor } from '../interfaces/index.js';

/** Follows a turn from one callback to the next. */
export interface TurnProgress {
  /** `descriptor`'s callback has run. True if the turn has used up its time. */
  ran(descriptor: IFileDescriptor): boolean;
  /** The turn has waited: that time was nobody's. */
  waited(): void;
}

/** Watches descriptors and delivers what happens to them: a part of a reactor. */
export interface IPoller extends IReactorFDSet {
  /** How many descriptors there are for whose sake the process stays alive. */
  readonly keepAliveCount: number;
  /** A descriptor that is readable when `poll` would deliver something. */
  fileno(): number;
  /**
   * Watches a descriptor of the reactor itself, at once: not listed, not removed by `removeAll`, not keeping the
   * process alive. Throws a SystemError if the kernel refuses.
   */
  addInternalReader(reader: IReadDescriptor): void;
  /**
   * Waits up to `timeoutMs` (0: not at all, -1: for ever) and delivers a bounded number of events. What is left stays
   * ready.
   */
  poll(timeoutMs: number, progress: TurnProgress): void;
  /** Tells the kernel what has changed since the last call. */
  applyChanges(): void;
  /** Everything watched, the reactor's own descriptors excepted. */
  getDescriptors(): IFileDescriptor[];
  /** Gives the poller's own descriptor back. */
  close(): void;
}
