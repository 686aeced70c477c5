import type { Failure } from '../defer/index.js';
import type {
  Completion,
  IAddress,
  IHalfCloseableProtocol,
  IProtocol,
  IProtocolFactory,
  ITransport,
} from '../interfaces/index.js';
import { isHalfCloseable, nameOf } from '../tcp/protocol-calls.js';

/** Is told of the connections of a watched factory. */
export interface ConnectionWatcher<P extends IProtocol = IProtocol> {
  /** The connection is there; the protocol doesn't know yet. */
  opened(connection: WatchedProtocol<P>): void;
  /** The protocol's `makeConnection` has returned. */
  made(connection: WatchedProtocol<P>): void;
  /** The connection is over, and the protocol was told. */
  lost(connection: WatchedProtocol<P>, reason: Failure): void;
}

/**
 * Stands before a protocol and passes everything on, so that a service knows of its connections whatever kind of endpoint
 * they come from. The protocol's transport is the real one.
 */
export class WatchedProtocol<P extends IProtocol = IProtocol> implements IProtocol {
  readonly #watcher: ConnectionWatcher<P>;
  #transport: ITransport | undefined;
  #lost: Failure | undefined;

  constructor(
    readonly protocol: P,
    watcher: ConnectionWatcher<P>,
  ) {
    this.#watcher = watcher;
  }

  /** Why the connection is over; undefined until then. */
  get lost(): Failure | undefined {
    return this.#lost;
  }

  makeConnection(transport: ITransport): Completion {
    this.#transport = transport;
    this.#watcher.opened(this);
    const completion = this.protocol.makeConnection(transport);
    this.#watcher.made(this);
    return completion;
  }

  connectionMade(): Completion {
    return this.protocol.connectionMade();
  }

  dataReceived(data: Buffer): Completion {
    return this.protocol.dataReceived(data);
  }

  connectionLost(reason: Failure): Completion {
    this.#lost = reason;
    try {
      return this.protocol.connectionLost(reason);
    } finally {
      this.#watcher.lost(this, reason);
    }
  }

  logPrefix(): string {
    return nameOf(this.protocol);
  }

  loseConnection(): void {
    this.#transport?.loseConnection();
  }

  /** Ends the connection at once, where the transport knows how to. */
  abortConnection(): void {
    const transport: (ITransport & { abortConnection?(): void }) | undefined = this.#transport;
    if (transport?.abortConnection === undefined) transport?.loseConnection();
    else transport.abortConnection();
  }
}

/** The same for a protocol that wants to know of each direction's end; a transport goes by the methods that are there. */
class WatchedHalfCloseableProtocol<P extends IProtocol>
  extends WatchedProtocol<P>
  implements IHalfCloseableProtocol
{
  readConnectionLost(): Completion {
    return (this.protocol as P & IHalfCloseableProtocol).readConnectionLost();
  }

  writeConnectionLost(): Completion {
    return (this.protocol as P & IHalfCloseableProtocol).writeConnectionLost();
  }
}

/** Stands before a factory, and before each protocol that it builds. */
export class WatchedFactory<P extends IProtocol = IProtocol> implements IProtocolFactory<WatchedProtocol<P>> {
  readonly #watcher: ConnectionWatcher<P>;

  constructor(
    readonly factory: IProtocolFactory<P>,
    watcher: ConnectionWatcher<P>,
  ) {
    this.#watcher = watcher;
  }

  buildProtocol(address: IAddress): WatchedProtocol<P> | null {
    const protocol = this.factory.buildProtocol(address);
    // A factory that forgot to return anything is for the port or connector to deal with.
    return protocol && watchProtocol(protocol, this.#watcher);
  }

  doStart(): void {
    this.factory.doStart();
  }

  doStop(): void {
    this.factory.doStop();
  }

  logPrefix(): string {
    return nameOf(this.factory);
  }
}

function watchProtocol<P extends IProtocol>(protocol: P, watcher: ConnectionWatcher<P>): WatchedProtocol<P> {
  return isHalfCloseable(protocol)
    ? new WatchedHalfCloseableProtocol(protocol, watcher)
    : new WatchedProtocol(protocol, watcher);
}
