import ipaddr from 'ipaddr.js';

/**
 * IP addresses as text and as bytes.
 *
 * IPv4 texts are the four decimal numbers of inet_pton(3), without leading zeros; IPv6 texts are those of RFC 4291
 * section 2.2, written in the form of RFC 5952. A scope (RFC 4007 section 11) follows a `%`.
 */

/** An IP address in bytes, in network order. */
export interface ParsedIPAddress {
  /** IPv4 or IPv6. */
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: Uint8Array;
  /** What stands behind `%` in an IPv6 address: an interface's name or number. */
  readonly scope?: string;
}

const dottedQuad = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Linux lets an interface be called nearly anything, but neither with blanks nor with `/`. */
const interfaceName = /^[!-.0-~]+$/;

/** The address that `text` writes, or undefined if it isn't one. */
export function parseIPAddress(text: string): ParsedIPAddress | undefined {
  if (dottedQuad.test(text)) return { family: 4, bytes: Uint8Array.from(text.split('.'), Number) };
  const [address = '', scope, ...rest] = text.split('%');
  if (!address.includes(':') || rest.length > 0) return undefined;
  if (scope !== undefined && !interfaceName.test(scope)) return undefined;
  if (!ipaddr.IPv6.isValid(address) || !embeddedIPv4IsStrict(address)) return undefined;
  const bytes = Uint8Array.from(ipaddr.IPv6.parse(address).toByteArray());
  return scope === undefined ? { family: 6, bytes } : { family: 6, bytes, scope };
}

/** ipaddr.js also takes octal and hexadecimal in the IPv4 part of `::ffff:1.2.3.4`; inet_pton doesn't. */
function embeddedIPv4IsStrict(address: string): boolean {
  return !address.includes('.') || dottedQuad.test(address.slice(address.lastIndexOf(':') + 1));
}

/** True if `text` is an IPv4 or IPv6 address (with or without `%scope`). Twisted: `isIPAddress`. */
export function isIPAddress(text: string): boolean {
  return parseIPAddress(text) !== undefined;
}

/** True if `text` is an IPv6 address, with or without `%scope`. Twisted: `isIPv6Address`. */
export function isIPv6Address(text: string): boolean {
  return parseIPAddress(text)?.family === 6;
}

/** The text of an IPv4 address that is given as one number, 127.0.0.1 being 0x7f000001. */
export function formatIPv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The text of the sixteen bytes of an IPv6 address, in RFC 5952's form, and `%scopeName` if that is given. */
export function formatIPv6(bytes: Uint8Array, scopeName = ''): string {
  const address = new ipaddr.IPv6([...bytes]);
  // RFC 5952 section 5: a mapped address (a client of IPv4 on a dual-stack port) shows its IPv4 part as such.
  const text = address.isIPv4MappedAddress()
    ? `::ffff:${address.toIPv4Address().toString()}`
    : address.toRFC5952String();
  return scopeName === '' ? text : `${text}%${scopeName}`;
}
