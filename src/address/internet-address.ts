import { formatIPv6, parseIPAddress } from './ip-text.js';
import { IPv4Address } from './ipv4-address.js';
import { IPv6Address } from './ipv6-address.js';
import { scopeIdOf } from './scope.js';

/**
 * The address that `host` (an IPv4 or IPv6 address as text) and `port` make, its host in the usual form; undefined if
 * `host` isn't an IP address, or if its scope names an interface that isn't there.
 */
export function internetAddress(
  type: 'TCP' | 'UDP',
  host: string,
  port: number,
): IPv4Address | IPv6Address | undefined {
  const parsed = parseIPAddress(host);
  if (parsed === undefined) return undefined;
  if (parsed.family === 4) return new IPv4Address(type, host, port);
  if (parsed.scope === undefined) return new IPv6Address(type, formatIPv6(parsed.bytes), port);
  const scopeId = scopeIdOf(parsed.scope);
  if (scopeId === undefined) return undefined;
  return new IPv6Address(type, formatIPv6(parsed.bytes, parsed.scope), port, 0, scopeId);
}
