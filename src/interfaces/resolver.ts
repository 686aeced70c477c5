import type { IInternetAddress } from './address.js';

/** The address families that a look-up may ask for. */
export type AddressFamily = 4 | 6;

/** What is looked up of a name. */
export interface ResolveOptions {
  /** The families wanted; both by default. */
  readonly families?: readonly AddressFamily[];
}

/** Is told what a look-up finds: `resolutionBegan` once, `addressResolved` any number of times, `resolutionComplete` once. Twisted: `IResolutionReceiver`. */
export interface IResolutionReceiver {
  /** The look-up has begun; called inside `resolveHostName`. */
  resolutionBegan(resolution: IHostResolution): void;
  /** An address was found. They come in the order of preference within their family. */
  addressResolved(address: IInternetAddress): void;
  /**
   * No more addresses will come, also after `cancel()`. `errors` are what the look-ups of the families failed
   * with (DNSLookupError), if any did; finding no address at all isn't an error by itself.
   */
  resolutionComplete(errors?: readonly Error[]): void;
}

/** A look-up under way. Twisted: `IHostResolution`. */
export interface IHostResolution {
  /** The name being looked up. */
  readonly name: string;
  /** No more addresses are wanted; `resolutionComplete` follows at once. Does nothing once complete. */
  cancel(): void;
}

/** Finds the addresses of a host name. Twisted: `IHostnameResolver`. */
export interface IHostnameResolver {
  /**
   * Looks `hostName` up and tells `receiver`. IP addresses written as text are never looked up: they are told
   * at once. Never throws for a name that isn't found.
   */
  resolveHostName(
    receiver: IResolutionReceiver,
    hostName: string,
    portNumber?: number,
    options?: ResolveOptions,
  ): IHostResolution;
}
