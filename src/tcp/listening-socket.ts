import { internetAddress } from '../address/index.js';
import { CannotListenError, InvalidAddressError } from '../errors/index.js';
import type { IInternetAddress, ListenTCPOptions } from '../interfaces/index.js';
import {
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  type Libc,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SocketAddress,
  checked,
  exhaustionDetail,
  systemError,
} from '../libc/index.js';
import { setOption } from './socket-options.js';
import { familyOf, writeAddress } from './socket-addresses.js';

/**
 * With 50, or 511, waiting places a burst of 1000 clients loses SYNs, and those come back after a second. The kernel
 * cuts the number to net.core.somaxconn.
 */
const BACKLOG = 4096;

/** The address to listen on: '' is all of IPv4. Throws InvalidAddressError for a text that isn't an IP address. */
export function listeningAddress(port: number, options: ListenTCPOptions): IInternetAddress {
  const host = options.interface ?? '';
  const address = internetAddress('TCP', host === '' ? '0.0.0.0' : host, port);
  if (address === undefined) throw new InvalidAddressError(host, 'listen on an IPv4 or IPv6 address');
  return address;
}

/** A socket that is bound and listens. Throws CannotListenError, with nothing left open. */
export function openListeningSocket(
  libc: Libc,
  address: IInternetAddress,
  options: ListenTCPOptions,
): number {
  try {
    const fd = openSocket(libc, familyOf(address));
    try {
      prepare(libc, fd, address, options);
      return fd;
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  } catch (error) {
    throw new CannotListenError(options.interface ?? '', address.port, error as Error);
  }
}

/** A TCP socket, with nothing done to it yet. Throws a SystemError; one for EMFILE tells the limit. */
export function openSocket(libc: Libc, family: number): number {
  const fd = libc.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw exhausted(libc, fd, 'socket');
  return fd;
}

function exhausted(libc: Libc, result: number, syscall: string): Error {
  const detail = detailOf(libc, result);
  return systemError(result, syscall, detail === undefined ? {} : { detail });
}

function detailOf(libc: Libc, result: number): string | undefined {
  try {
    return exhaustionDetail(libc, result);
  } catch {
    // The descriptors couldn't be counted; the error that is being told is worth more than that.
    return undefined;
  }
}

function prepare(libc: Libc, fd: number, address: IInternetAddress, options: ListenTCPOptions): void {
  const { reusePort, ipv6Only, backlog = BACKLOG } = options;
  setOption(libc, fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (reusePort === true) setOption(libc, fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (ipv6Only !== undefined && familyOf(address) === AF_INET6) {
    setOption(libc, fd, IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only ? 1 : 0);
  }
  const about = { address: address.host, port: address.port };
  checked(libc.bind(fd, writeAddress(address, new SocketAddress())), 'bind', about);
  checked(libc.listen(fd, backlog), 'listen', about);
}
