import { CancelledError, type Deferred, maybeDeferred } from '../defer/index.js';
import type { IListeningPort, IProtocolFactory } from '../interfaces/index.js';
import { type GracePeriod, OpenConnections } from './open-connections.js';
import { UnderWay } from './under-way.js';
import { WatchedFactory } from './watched-protocol.js';

/** What `listen` of a server service gives: the port, or undefined if there is none and that is nobody's concern. */
export type Listening = IListeningPort | undefined;

/** How a server service listens, and how it ends. */
export interface ServerRunParts {
  readonly factory: IProtocolFactory;
  readonly listen: (factory: IProtocolFactory) => Deferred<Listening> | Listening;
  /** Undefined: connections are nobody's concern when the server stops. */
  readonly gracePeriod: GracePeriod | undefined;
}

/**
 * One run of a server, from listening until its port is closed and, where there is a grace period, its last connection lost.
 * Only then are the connections watched: else the port gets the factory as it is, and nothing stands before the protocols.
 */
export class ServerRun {
  /** Ends when there is a port. */
  readonly starting = new UnderWay();
  /** Ends when the port is closed. */
  readonly closing = new UnderWay();
  /** Ends when nothing is left. */
  readonly stopping = new UnderWay();

  readonly #parts: ServerRunParts;
  readonly #connections = new OpenConnections();
  #attempt: Deferred<Listening> | undefined;
  #port: Listening;
  #stopped = false;

  constructor(parts: ServerRunParts) {
    this.#parts = parts;
  }

  /** The port, from when it listens until it is told to stop. */
  get port(): Listening {
    return this.#stopped ? undefined : this.#port;
  }

  /** Listens when `ready` has fired. */
  start(ready: Deferred<void>): void {
    this.starting.start(() => ready.addCallback(() => this.#listen()));
  }

  /** Listens no more, or gives listening up. */
  stop(): void {
    const { gracePeriod } = this.#parts;
    this.#stopped = true;
    this.#attempt?.cancel();
    if (gracePeriod !== undefined) this.#connections.endWithin(gracePeriod);
    this.closing.start(() =>
      this.starting.waitForEnd().addCallback(() => maybeDeferred(() => this.#port?.stopListening())),
    );
    this.stopping.start(() =>
      this.closing.wait().addBoth((closed) => this.#connections.whenAllLost().addCallback(() => closed)),
    );
  }

  #listen(): Deferred<void> {
    if (this.#stopped) throw new CancelledError('The service was stopped before it could listen');
    const { factory, gracePeriod } = this.#parts;
    const watched = gracePeriod === undefined ? factory : new WatchedFactory(factory, this.#connections);
    const attempt = maybeDeferred(() => this.#parts.listen(watched)) as Deferred<Listening>;
    this.#attempt = attempt;
    return attempt.addCallback((port) => {
      this.#port = port;
    });
  }
}
