import type { IAddress } from './address.js';

/** Connects a client factory to one destination, again and again if asked. Twisted: `IConnector`. */
export interface IConnector {
  /** `connecting` while an attempt is under way, `connected` while a connection is open. */
  readonly state: 'disconnected' | 'connecting' | 'connected';
  /** Begins an attempt. Throws an Error unless disconnected. */
  connect(): void;
  /** Stops the attempt or closes the connection, whichever there is; else it does nothing. */
  disconnect(): void;
  /**
   * Ends the attempt: the factory's `clientConnectionFailed` gets a UserError. Throws NotConnectingError when no
   * attempt is under way.
   */
  stopConnecting(): void;
  /** Where to. The host is the name or address that was given. */
  getDestination(): IAddress;
}
