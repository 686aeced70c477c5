import type { Failure } from '../defer/failure.js';
import type { IAddress } from './address.js';
import type { IConnector } from './connector.js';
import type { ITransport } from './transport.js';

/**
 * What a callback of a protocol may return: nothing, or a promise (the callback is `async`). A rejection
 * counts as an exception thrown by the callback: it is logged once and the connection is lost with it.
 */
export type Completion = void | PromiseLike<unknown>;

/**
 * Reacts to what happens on one connection. The order is always: `makeConnection` (which calls
 * `connectionMade`), any number of `dataReceived`, one `connectionLost`, nothing more.
 *
 * An exception in any of them costs this connection only: it is logged once and becomes the reason with
 * which the connection is lost; in `connectionLost` there is nothing left to lose and it is only logged.
 *
 * Twisted: `IProtocol`.
 */
export interface IProtocol {
  /** Called once by the transport. Keeps `transport` and calls `connectionMade`. */
  makeConnection(transport: ITransport): Completion;
  /** The connection is there: `transport.write` and all else work. Called once, from `makeConnection`. */
  connectionMade(): Completion;
  /** Bytes came, at least one and at most 256 KiB. The Buffer is the protocol's to keep: nobody writes into it again. */
  dataReceived(data: Buffer): Completion;
  /**
   * The connection is over; called exactly once for each `connectionMade`. `reason.value` is a
   * `ConnectionDone` (ended in order), a `ConnectionLost` (and its kinds) or the error that ended it.
   * Writes to the transport are ignored from here on.
   */
  connectionLost(reason: Failure): Completion;
  /** The name under which log records about this connection stand; the class's name if it isn't there. */
  logPrefix?(): string;
}

/**
 * A protocol that wants to know of each direction's end apart. A protocol has both methods or is taken to
 * have none: without them the peer's end of writing ends the whole connection.
 * Twisted: `IHalfCloseableProtocol`.
 */
export interface IHalfCloseableProtocol extends IProtocol {
  /** The peer has ended its writing: no more `dataReceived`; writing still works. Called at most once. */
  readConnectionLost(): Completion;
  /** Our `loseWriteConnection` was carried out: what was queued is sent, and so is FIN. Called at most once. */
  writeConnectionLost(): Completion;
}

/** Makes the protocols of a port's or a connector's connections, and keeps what they share. Twisted: `IProtocolFactory`. */
export interface IProtocolFactory<P extends IProtocol = IProtocol> {
  /**
   * The protocol for a new connection with `address` (the client's for a port, the server's for a
   * connector), or null to refuse it: the connection is closed at once. An exception is logged and closes
   * the connection; later connections are not affected.
   */
  buildProtocol(address: IAddress): P | null;
  /** Called whenever a port or connector begins to use the factory. */
  doStart(): void;
  /** Called whenever a port or connector has ceased to use the factory. */
  doStop(): void;
  /** The name under which log records about the port stand; the class's name if it isn't there. */
  logPrefix?(): string;
}

/** A factory for outgoing connections, told how its connector fares. Twisted: `ClientFactory`. */
export interface IClientFactory extends IProtocolFactory {
  /** An attempt begins. `connector.stopConnecting()` may be called here. Called inside `connector.connect()`. */
  startedConnecting(connector: IConnector): void;
  /** The attempt failed: refused, timed out, no such name, stopped by the user. `connector.connect()` may be called here. */
  clientConnectionFailed(connector: IConnector, reason: Failure): void;
  /** The connection is over; called after the protocol's `connectionLost`. `connector.connect()` may be called here. */
  clientConnectionLost(connector: IConnector, reason: Failure): void;
}
