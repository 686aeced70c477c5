import { Deferred, type Failure, succeed } from '../defer/index.js';
import { SystemError } from '../errors/index.js';
import type {
  EndpointOptions,
  IEvents,
  IListeningPort,
  IStreamServerEndpoint,
  PortEvents,
} from '../interfaces/index.js';
import type { StreamConnection } from './stream-connection.js';
import { type StreamConnectionOptions, StreamFactory, type StreamProtocol } from './stream-protocol.js';

/** Options of `listen`. */
export interface ListenOptions extends EndpointOptions, StreamConnectionOptions {
  /**
   * How many connections may wait to be taken. When as many do, accepting rests, and clients wait in the kernel's queue. Default 64. A
   * port that can't rest (not one of TCP) turns clients away instead.
   */
  readonly waitingMax?: number;
}

const WAITING_MAX = 64;

/** What a port may be able to do beside the contract of all ports. */
interface Capabilities {
  pauseAccepting?(): void;
  resumeAccepting?(): void;
  readonly events?: Pick<IEvents<PortEvents>, 'once'>;
}

type Taken = IteratorResult<StreamConnection, undefined>;

/**
 * Connections as they are accepted, to be taken in a loop; see `listen`. It goes through these states:
 *
 *     listening ── stopListening, signal, the port is lost ──> draining ── all are taken ──> over
 *         └──────── return (a loop was left), dispose ─────────────────────────────────────┘
 *
 * Each connection is given to one taker, in the order of accepting; several loops over one listener share the work, and any of
 * them that is left ends it for all.
 */
export class ConnectionListener<P extends IListeningPort = IListeningPort>
  implements AsyncIterableIterator<StreamConnection, undefined>, AsyncDisposable
{
  readonly #listening: Deferred<P>;
  readonly #waitingMax: number;
  /** Of these two at most one holds something. */
  readonly #connections: StreamConnection[] = [];
  readonly #takers: Deferred<Taken>[] = [];
  #port: (P & Capabilities) | undefined;
  #resting = false;
  #stopped = false;
  /** What a taker fails with, once, when all connections are taken. */
  #failure: Failure | undefined;

  /** Begins to listen. Throws a RangeError for options out of their range; what listening fails with comes to the loop. */
  constructor(endpoint: IStreamServerEndpoint<P>, options: ListenOptions) {
    const { signal, waitingMax = WAITING_MAX } = options;
    if (!(waitingMax >= 1)) throw new RangeError(`waitingMax must be 1 or more, not ${waitingMax}`);
    this.#waitingMax = waitingMax;
    const factory = new ListeningFactory(options, {
      accepted: (connection) => this.#accepted(connection),
      isFull: () => this.#isFull(),
      stopped: () => this.#stop(),
    });
    this.#listening = endpoint.listen(factory, signal === undefined ? {} : { signal }).addCallbacks(
      (port) => this.#begin(port),
      (failure) => {
        // Whoever stopped it before it began doesn't want to hear that it didn't begin.
        if (!this.#stopped && signal?.aborted !== true) this.#failure = failure;
        this.#stop();
        return failure;
      },
    );
    // The loop tells of it.
    this.#listening.toPromise().catch(() => undefined);
  }

  /** Fires with the port when it listens; fails if it can't, or was stopped before. */
  whenListening(): Deferred<P> {
    return Deferred.fromPromise(this.#listening);
  }

  /** The next connection, as soon as there is one; done when there will be none. */
  async next(): Promise<Taken> {
    const connection = this.#connections.shift();
    if (connection !== undefined) {
      this.#restIfFull();
      return { done: false, value: connection };
    }
    const taker = new Deferred<Taken>();
    this.#takers.push(taker);
    if (this.#stopped) this.#dismissTakers();
    return await taker;
  }

  /** What leaving a loop calls: the port stops, and connections that nobody has taken are closed. Those that were taken stay. */
  async return(): Promise<Taken> {
    const stopped = this.stopListening();
    for (const connection of this.#connections.splice(0)) void connection.close();
    await stopped;
    return { done: true, value: undefined };
  }

  /** For `for await`: itself. Leaving the loop stops listening. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Accepts no more. Connections that wait are still given out, and then the loop ends. Fires when the port is closed; at once if
   * there is none. Aborting the signal does the same.
   */
  stopListening(): Deferred<void> {
    this.#stop();
    if (this.#port !== undefined) return this.#port.stopListening();
    this.#listening.cancel();
    return succeed<void>(undefined);
  }

  /** Does what leaving the loop does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #begin(port: P & Capabilities): P {
    this.#port = port;
    port.events?.once('closed', (reason) => {
      // The reactor's end is an end like others; a socket that is no good any more is worth an error.
      if (reason?.value instanceof SystemError) this.#failure = reason;
    });
    if (this.#stopped) void port.stopListening();
    this.#restIfFull();
    return port;
  }

  #accepted(connection: StreamConnection): void {
    if (this.#stopped) {
      void connection.close();
      return;
    }
    const taker = this.#takers.shift();
    if (taker === undefined) this.#connections.push(connection);
    else taker.callback({ done: false, value: connection });
    this.#restIfFull();
  }

  #isFull(): boolean {
    return this.#connections.length >= this.#waitingMax;
  }

  #restIfFull(): void {
    const full = this.#isFull();
    if (this.#port === undefined || full === this.#resting) return;
    this.#resting = full;
    if (full) this.#port.pauseAccepting?.();
    else this.#port.resumeAccepting?.();
  }

  /** Nothing more comes. */
  #stop(): void {
    this.#stopped = true;
    this.#dismissTakers();
  }

  /** Whoever waits now waits in vain. */
  #dismissTakers(): void {
    for (const taker of this.#takers.splice(0)) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure === undefined) taker.callback({ done: true, value: undefined });
      else taker.errback(failure);
    }
  }
}

interface ListeningHooks {
  readonly accepted: (connection: StreamConnection) => void;
  readonly isFull: () => boolean;
  /** The port is closed, whoever has closed it. */
  readonly stopped: () => void;
}

class ListeningFactory extends StreamFactory {
  readonly #hooks: ListeningHooks;

  constructor(options: StreamConnectionOptions, hooks: ListeningHooks) {
    super(options, hooks.accepted);
    this.#hooks = hooks;
  }

  override buildProtocol(): StreamProtocol | null {
    return this.#hooks.isFull() ? null : super.buildProtocol();
  }

  override stopFactory(): void {
    this.#hooks.stopped();
  }
}
