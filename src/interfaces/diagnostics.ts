import type { Failure } from '../defer/failure.js';
import type { IInternetAddress } from './address.js';
import type { IConnector } from './connector.js';
import type { AcceptErrno, ExhaustionEpisode, ITCPPort } from './listening-port.js';
import type { IProtocol } from './protocol.js';
import type { IReactorCore } from './reactor-core.js';
import type { ITCPTransport } from './transport.js';

/**
 * What heddle publishes on Node's `diagnostics_channel`, by the channel's name: the same for every reactor, port and
 * connection of the thread, so that a tracer or a metrics library can follow a program that doesn't know of it.
 *
 *     import { subscribe } from 'node:diagnostics_channel';
 *
 *     subscribe('heddle:tcp:shed', (message) => {
 *       const { peer, errno } = message as DiagnosticsMessages['heddle:tcp:shed'];
 *       console.log(`${peer.host} was turned away: ${errno}`);
 *     });
 *
 * A message is made only where somebody has subscribed. Subscribers are called inside the turn in which it happens, and what
 * they throw becomes an uncaught exception of the process (Node's rule for these channels), never an error of the connection.
 */
export interface DiagnosticsMessages {
  /** A port has begun to listen. */
  'heddle:tcp:listening': {
    /** The port, which listens. */
    readonly port: ITCPPort;
  };
  /** A port has ceased to listen. */
  'heddle:tcp:closed': {
    /** The port. Its open connections stay. */
    readonly port: ITCPPort;
    /** Why, if it was lost: its socket failed, or the reactor shut down. Undefined after `stopListening()`. */
    readonly reason: Failure | undefined;
  };
  /**
   * A connection was made, by a client that was accepted, by a connector or by adopting a descriptor; its protocol is about
   * to be told. The transport is there to be identified (addresses, text form): it can't be used yet.
   */
  'heddle:tcp:connection': {
    /** The connection, the same object in `heddle:tcp:connection:lost`. */
    readonly transport: ITCPTransport;
    /** What the factory has built for it. */
    readonly protocol: IProtocol;
  };
  /** A connection is over and its protocol has been told. Each connection is told of once. */
  'heddle:tcp:connection:lost': {
    /** The connection, with its final `bytesRead` and `bytesWritten`. */
    readonly transport: ITCPTransport;
    /** What the protocol's `connectionLost` got. */
    readonly reason: Failure;
  };
  /** An attempt of a connector to connect came to nothing, and its factory has been told. */
  'heddle:tcp:connect:failed': {
    /** The connector. It is connecting again if the factory has told it to. */
    readonly connector: IConnector;
    /** What the factory's `clientConnectionFailed` got. */
    readonly reason: Failure;
  };
  /** A client was accepted and closed for lack of a descriptor. */
  'heddle:tcp:shed': {
    /** The port that turned it away; it holds its spare descriptor again, if that could be had. */
    readonly port: ITCPPort;
    /** The client. */
    readonly peer: IInternetAddress;
    /** Why: the errno's name, `EMFILE`. */
    readonly errno: AcceptErrno;
  };
  /** A port can't accept, and rests. */
  'heddle:tcp:accept:paused': {
    /** The port. */
    readonly port: ITCPPort;
    /** What accept failed with. */
    readonly errno: AcceptErrno;
    /** It tries again after so many milliseconds, or as soon as a descriptor of heddle's own is freed. */
    readonly retryMs: number;
  };
  /** A port that shed clients or rested has accepted one in the normal way. */
  'heddle:tcp:recovered': {
    /** The port. */
    readonly port: ITCPPort;
    /** What happened in between. */
    readonly episode: ExhaustionEpisode;
  };
  /** The number of descriptors in use has come near the soft limit (`descriptorsLowAt`). */
  'heddle:tcp:descriptors-low': {
    /** The port that noticed; the limit is the process's. */
    readonly port: ITCPPort;
    /** Descriptors in use, in the whole process. */
    readonly inUse: number;
    /** The soft limit. */
    readonly limit: number;
  };
  /** A callback kept everybody waiting, longer than the reactor's `slowTurnMs`. */
  'heddle:reactor:slow-turn': {
    /** The reactor whose turn it was. */
    readonly reactor: IReactorCore;
    /** What was at work: a descriptor's log prefix or a timer's text. */
    readonly what: string;
    /** How long it took. */
    readonly durationMs: number;
  };
}
