import type { Failure } from '../defer/index.js';
import type { Completion, IHalfCloseableProtocol, IProtocol, ITransport } from '../interfaces/index.js';
import { isHalfCloseable } from '../tcp/protocol-calls.js';

/** Is told how the `makeConnection` of a wrapped protocol went, when it has returned. */
export interface ConnectionWatcher {
  made(): void;
  threw(error: unknown): void;
}

/**
 * Stands before a protocol in order to see when its connection is made. It passes everything on; the protocol's transport is
 * the real one. Twisted: `_WrappingProtocol`.
 */
class WrappingProtocol<P extends IProtocol> implements IProtocol {
  protected readonly wrapped: P;
  readonly #watcher: ConnectionWatcher;

  constructor(wrapped: P, watcher: ConnectionWatcher) {
    this.wrapped = wrapped;
    this.#watcher = watcher;
  }

  makeConnection(transport: ITransport): Completion {
    let completion: Completion;
    try {
      completion = this.wrapped.makeConnection(transport);
    } catch (error) {
      this.#watcher.threw(error);
      throw error;
    }
    this.#watcher.made();
    return completion;
  }

  connectionMade(): Completion {
    return this.wrapped.connectionMade();
  }

  dataReceived(data: Buffer): Completion {
    return this.wrapped.dataReceived(data);
  }

  connectionLost(reason: Failure): Completion {
    return this.wrapped.connectionLost(reason);
  }

  logPrefix(): string {
    return this.wrapped.logPrefix?.() ?? this.wrapped.constructor.name;
  }
}

/** The same for a protocol that wants to know of each direction's end: only for such a one, since a transport goes by the methods. */
class HalfCloseableWrappingProtocol
  extends WrappingProtocol<IHalfCloseableProtocol>
  implements IHalfCloseableProtocol
{
  readConnectionLost(): Completion {
    return this.wrapped.readConnectionLost();
  }

  writeConnectionLost(): Completion {
    return this.wrapped.writeConnectionLost();
  }
}

/** A protocol that passes everything on to `protocol`; half-closeable exactly if that is. */
export function wrapProtocol(protocol: IProtocol, watcher: ConnectionWatcher): IProtocol {
  return isHalfCloseable(protocol)
    ? new HalfCloseableWrappingProtocol(protocol, watcher)
    : new WrappingProtocol(protocol, watcher);
}
