import { HostnameAddress, internetAddress, parseIPAddress } from '../address/index.js';
import { ServiceNameUnknownError } from '../errors/index.js';
import type { AddressFamily, IInternetAddress } from '../interfaces/index.js';
import { servicePort } from '../names/index.js';

/** Where an endpoint leads, as far as it is known before names are looked up. */
export function destinationOf(host: string, port: number): IInternetAddress | HostnameAddress {
  return internetAddress('TCP', host, port) ?? new HostnameAddress(host, port);
}

/** The family of an IP address that is written as text; undefined for a name. */
export function familyOfText(host: string): AddressFamily | undefined {
  return parseIPAddress(host)?.family;
}

/** Throws a RangeError if `host` is an IP address of the other family: names may have addresses of both. */
export function requireFamily(host: string, family: AddressFamily, advice: string): void {
  const actual = familyOfText(host);
  if (actual !== undefined && actual !== family) {
    throw new RangeError(`${host} is an IPv${actual} address: ${advice}`);
  }
}

/**
 * The number of a port to connect to, which may be given as the name of a service. Throws ServiceNameUnknownError for a name
 * that isn't known, a RangeError for a number outside 1 to 65535.
 */
export function remotePort(port: number | string): number {
  if (typeof port === 'string') {
    const known = servicePort(port);
    if (known === undefined) throw new ServiceNameUnknownError(null, port);
    return known;
  }
  return requirePort(port, 1);
}

/** Throws a RangeError for what isn't a port number from `lowest` to 65535. */
export function requirePort(port: number, lowest: number): number {
  if (!Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new RangeError(`A port must be a whole number from ${lowest} to 65535, not ${port}`);
  }
  return port;
}
