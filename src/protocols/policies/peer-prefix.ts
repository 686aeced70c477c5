import ipaddr from 'ipaddr.js';
import type { IAddress } from '../../interfaces/index.js';

/** How many leading bits of an address say who somebody is. */
export interface PrefixLengths {
  /** 0 to 32. */
  readonly ipv4Prefix: number;
  /** 0 to 128. */
  readonly ipv6Prefix: number;
}

/**
 * The text under which peers with the same prefix are counted together: `192.0.2.0/24`, `2001:db8:1:2::/64`. Undefined for an
 * address that has no host, such as that of a UNIX socket.
 *
 * A mapped IPv4 address (a client of IPv4 on a dual-stack port) is one of IPv4. Link-local addresses all have the prefix
 * fe80::/64, whoever they belong to, so they are counted one by one, and apart for each interface.
 */
export function peerPrefix(address: IAddress, { ipv4Prefix, ipv6Prefix }: PrefixLengths): string | undefined {
  const { host } = address as { readonly host?: unknown };
  if (typeof host !== 'string') return undefined;
  const [text = '', scope] = host.split('%');
  // A host name, or whatever else somebody's addresses call a host.
  if (!ipaddr.isValid(text)) return host;
  const ip = ipaddr.process(text);
  if (ip instanceof ipaddr.IPv4) return masked(ip, ipv4Prefix);
  if (ip.range() === 'linkLocal') return scope === undefined ? ip.toString() : `${ip.toString()}%${scope}`;
  return masked(ip, ipv6Prefix);
}

/** Throws a RangeError for a length that an address can't have. */
export function checkPrefixLength(length: number, name: string, most: number): void {
  if (Number.isInteger(length) && length >= 0 && length <= most) return;
  throw new RangeError(`${name} must be a number of bits from 0 to ${most}, not ${length}`);
}

function masked(ip: ipaddr.IPv4 | ipaddr.IPv6, length: number): string {
  const bytes = ip.toByteArray().map((byte, index) => byte & maskByte(length - 8 * index));
  return `${ipaddr.fromByteArray(bytes).toString()}/${length}`;
}

/** A byte whose first `bits` bits are set; all of them from 8 on, none for 0 or less. */
function maskByte(bits: number): number {
  if (bits >= 8) return 0xff;
  return bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}
