import { Deferred } from '../defer/deferred.js';
import type { IInternetAddress } from '../interfaces/address.js';
import type { IHostnameResolver, IHostResolution, ResolveOptions } from '../interfaces/resolver.js';
import { noAddress } from './no-address.js';

/**
 * All addresses of `hostName`, in the order in which the resolver found them. Fails with DNSLookupError if there is none.
 * Cancelling it cancels the look-up.
 */
export function resolveAll(
  resolver: IHostnameResolver,
  hostName: string,
  portNumber = 0,
  options: ResolveOptions = {},
): Deferred<IInternetAddress[]> {
  const addresses: IInternetAddress[] = [];
  let resolution: IHostResolution | undefined;
  let cancelled = false;
  const all = new Deferred<IInternetAddress[]>(() => {
    cancelled = true;
    resolution?.cancel();
  });
  resolver.resolveHostName(
    {
      resolutionBegan: (begun) => {
        resolution = begun;
      },
      addressResolved: (address) => {
        addresses.push(address);
      },
      resolutionComplete: (errors = []) => {
        if (cancelled) return;
        if (addresses.length > 0) all.callback(addresses);
        else all.errback(noAddress(hostName, errors));
      },
    },
    hostName,
    portNumber,
    options,
  );
  return all;
}
