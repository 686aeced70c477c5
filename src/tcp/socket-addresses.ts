import { IPv4Address, IPv6Address, formatIPv6, parseIPAddress, scopeNameOf } from '../address/index.js';
import { InvalidAddressError, UnsupportedAddressFamily } from '../errors/index.js';
import type { IInternetAddress } from '../interfaces/index.js';
import { AF_INET, AF_INET6, type Libc, SocketAddress, checked } from '../libc/index.js';

/** The address that the kernel wrote. Throws UnsupportedAddressFamily for one that isn't of the internet. */
export function readAddress(from: SocketAddress): IInternetAddress {
  switch (from.family) {
    case AF_INET:
      return IPv4Address.fromNumber('TCP', from.ipv4, from.port);
    case AF_INET6: {
      const { scopeId } = from;
      const scope = scopeId === 0 ? '' : scopeNameOf(scopeId);
      return new IPv6Address('TCP', formatIPv6(from.ipv6, scope), from.port, from.flowInfo, scopeId);
    }
    default:
      throw new UnsupportedAddressFamily(from.family);
  }
}

/** Writes an address for the kernel. Throws InvalidAddressError if the host isn't an IP address. */
export function writeAddress(address: IInternetAddress, to: SocketAddress): SocketAddress {
  const parsed = parseIPAddress(address.host);
  if (parsed === undefined) throw new InvalidAddressError(address.host, 'not an IP address');
  if (parsed.family === 4) return to.setIPv4(Buffer.from(parsed.bytes).readUInt32BE(0), address.port);
  const { flowInfo, scopeId } = address instanceof IPv6Address ? address : { flowInfo: 0, scopeId: 0 };
  return to.setIPv6(parsed.bytes, address.port, flowInfo, scopeId);
}

/** AF_INET or AF_INET6. */
export function familyOf(address: IInternetAddress): number {
  return address.host.includes(':') ? AF_INET6 : AF_INET;
}

/** The address that a socket is bound to. Throws a SystemError. */
export function localAddress(libc: Libc, fd: number): IInternetAddress {
  const address = new SocketAddress();
  checked(libc.getsockname(fd, address), 'getsockname', { fd });
  return readAddress(address);
}

/** The address that a socket is connected to. Throws a SystemError. */
export function remoteAddress(libc: Libc, fd: number): IInternetAddress {
  const address = new SocketAddress();
  checked(libc.getpeername(fd, address), 'getpeername', { fd });
  return readAddress(address);
}

/** True for the addresses that mean "all of this machine". */
export function isWildcard(address: IInternetAddress): boolean {
  return address.host === '0.0.0.0' || address.host === '::';
}
