import type { Deferred } from '../defer/deferred.js';
import type { Failure } from '../defer/failure.js';
import type { IAddress, IInternetAddress } from './address.js';
import type { ITransport, IEvents } from './transport.js';

/** A port that accepts connections and gives each a protocol of its factory. Twisted: `IListeningPort`. */
export interface IListeningPort {
  /** Binds and listens. Throws CannotListenError; does nothing while it listens. A stopped port can be started again. */
  startListening(): void;
  /**
   * Stops accepting; open connections stay. Fires when the descriptor is closed and the factory's `doStop` has
   * run; fails with what `stopFactory` threw. Called again it gives an equal answer.
   */
  stopListening(): Deferred<void>;
  /** Where it listens, with the real port number; while it doesn't listen, what was asked for. */
  getHost(): IAddress;
}

/** Why clients are being turned away: the errno's name, e.g. EMFILE. */
export type AcceptErrno = string;

/** What happened between the first failure to accept and the next client accepted in the normal way. */
export interface ExhaustionEpisode {
  /** The errno that began it. */
  readonly errno: AcceptErrno;
  /** Clients accepted and closed at once for lack of a descriptor. */
  readonly shed: number;
  /** How often accept failed in a way that made the port pause. */
  readonly failures: number;
  /** How often the port paused. */
  readonly pauses: number;
  /** How long it lasted, in ms. */
  readonly durationMs: number;
}

/** The events of a listening port. An exception in a listener is logged and stops nobody. */
export interface PortEvents {
  /** An episode of exhaustion begins: a client was shed, or accepting had to pause. Once per episode. */
  descriptorsExhausted: [errno: AcceptErrno];
  /** A client was accepted and closed for lack of a descriptor. */
  clientShed: [peer: IAddress];
  /** accept failed in a way that the port has to wait out. */
  acceptFailed: [errno: AcceptErrno];
  /** Accepting rests until a descriptor is freed or the retry time has come. */
  acceptPaused: [retryMs: number];
  /** The first client since the episode began was accepted in the normal way. */
  recovered: [episode: ExhaustionEpisode];
  /** The number of descriptors in use has come near the soft limit. Told again after it was below for a while. */
  descriptorsLow: [inUse: number, limit: number];
  /** A connection was accepted and has its protocol. */
  connection: [transport: ITransport];
  /** The port has begun to listen. */
  listening: [host: IAddress];
  /** The port has ceased to listen; with a reason if it was lost: its socket failed, or the reactor shut down. */
  closed: [reason: Failure | undefined];
}

/** What a port has counted since it was made. */
export interface PortCounters {
  /** Connections that got a protocol. */
  readonly accepted: number;
  /** Clients that the factory refused (buildProtocol gave null). */
  readonly refused: number;
  /** Clients whose buildProtocol threw. */
  readonly failed: number;
  /** Clients accepted and closed for lack of a descriptor. */
  readonly shed: number;
  /** accept calls that failed because of the client or the network (ECONNABORTED and its like). */
  readonly aborted: number;
  /** Pauses of accepting because of an error. */
  readonly pauses: number;
}

/** A TCP port. */
export interface ITCPPort extends IListeningPort, AsyncDisposable {
  getHost(): IInternetAddress;
  /** What happens to it, as events. */
  readonly events: IEvents<PortEvents>;
  /** What it has counted; a live view. */
  readonly counters: PortCounters;
  /** The open connections that this port accepted; a live view. */
  readonly connections: ReadonlySet<ITransport>;
  /** True while the port is bound and listening, accepting or not. */
  readonly listening: boolean;
  /** Leave waiting clients in the kernel's queue until `resumeAccepting()`. Does nothing if paused. */
  pauseAccepting(): void;
  /**
   * Accepts again, those who waited first. Does nothing unless `pauseAccepting()` was called; a rest because of an
   * error goes on.
   */
  resumeAccepting(): void;
  /** The listening descriptor, still owned by the port; -1 when there is none. */
  fileno(): number;
  /** Don't keep the process alive for this port's sake, as node's `server.unref()`; `ref()` takes it back. */
  unref(): this;
  /** Takes `unref()` back. */
  ref(): this;
  /** `stopListening()`, awaited. */
  [Symbol.asyncDispose](): Promise<void>;
}
