import { formatIPv4, formatIPv6, parseIPAddress } from '../../address/index.js';
import { AF_INET, AF_INET6, type SocketAddress } from '../../libc/index.js';

/**
 * A place on the network, as the network sees it: an address as text in its usual form, and a port. An IPv4 address that a
 * socket of AF_INET6 writes as `::ffff:1.2.3.4` is `1.2.3.4` here.
 */
export interface Place {
  readonly host: string;
  readonly port: number;
}

const MAPPED = '::ffff:';

export const ANY_IPV4 = '0.0.0.0';
export const ANY_IPV6 = '::';

export function isIPv6Host(host: string): boolean {
  return host.includes(':');
}

export function isAnyHost(host: string): boolean {
  return host === ANY_IPV4 || host === ANY_IPV6;
}

/** 127.0.0.0/8 and ::1: the host that asks. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

/** The address in its usual form. Throws a RangeError for what isn't an IP address, or has a scope. */
export function usualForm(host: string): string {
  const parsed = parseIPAddress(host);
  if (parsed === undefined || parsed.scope !== undefined) {
    throw new RangeError(`${JSON.stringify(host)} is not an IP address`);
  }
  return parsed.family === 4 ? host : unmapped(formatIPv6(parsed.bytes));
}

/** The place that a `struct sockaddr` of an internet family names; undefined for one of another family. */
export function readPlace(address: SocketAddress): Place | undefined {
  const { family, port } = address;
  if (family === AF_INET) return { host: formatIPv4(address.ipv4), port };
  if (family === AF_INET6) return { host: unmapped(formatIPv6(address.ipv6)), port };
  return undefined;
}

/** Writes a place as a socket of this family gives it out. */
export function writePlace({ host, port }: Place, family: number, to: SocketAddress): void {
  if (family === AF_INET) {
    to.setIPv4(Buffer.from(bytesOf(host)).readUInt32BE(0), port);
  } else {
    const text = isIPv6Host(host) ? host : host === ANY_IPV4 ? ANY_IPV6 : `${MAPPED}${host}`;
    to.setIPv6(bytesOf(text), port);
  }
}

function unmapped(host: string): string {
  return host.startsWith(MAPPED) && host.includes('.') ? host.slice(MAPPED.length) : host;
}

function bytesOf(host: string): Uint8Array {
  const parsed = parseIPAddress(host);
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(host)} is not an IP address`);
  return parsed.bytes;
}
