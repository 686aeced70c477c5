import type { IHostnameResolver, IReactorFDSet, IReactorTime, ITurn } from '../interfaces/index.js';
import type { Libc } from '../libc/index.js';

/** What a transport gets from its reactor: one object for all of them. */
export interface TransportContext {
  readonly libc: Libc;
  readonly fds: IReactorFDSet;
  readonly time: IReactorTime;
  readonly turn: ITurn;
  /** Small writes are gathered here before they are sent; overwritten by the next one. */
  readonly sendSlab: Buffer;
  /** Looks host names up, unless a connector brings its own resolver. */
  readonly resolver: IHostnameResolver;
  /** What is to be called when the reactor drops everything, by those that hold no descriptor then: connectors looking a name up. */
  readonly onDisconnectAll: Set<() => void>;
  /** True once the reactor is closed: nothing can be watched any more. */
  readonly isClosed: () => boolean;
}
