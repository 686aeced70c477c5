import { networkInterfaces } from 'node:os';
import { internetAddress } from '../../address/index.js';
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  type Libc,
  RLIMIT_NOFILE,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SocketAddress,
  TCP_INFO,
} from '../../libc/index.js';
import { writeAddress } from '../../tcp/socket-addresses.js';
import type { Need } from './case.js';

/** What this kernel can give of what cases need. */
export function availableNeeds(libc: Libc): ReadonlySet<Need> {
  const needs = new Set<Need>(['faults']);
  if (hasIPv6Loopback(libc)) needs.add('ipv6');
  if (linkLocalHost(libc) !== undefined) needs.add('linkLocal');
  if (hasDescriptorLimit(libc)) needs.add('descriptorLimit');
  if (hasTcpInfo(libc)) needs.add('tcpInfo');
  if (typeof globalThis.gc === 'function') needs.add('garbageCollection');
  return needs;
}

/** A link-local IPv6 address of this machine, with its scope; undefined if it has none. What is sent to it stays inside. */
export function linkLocalHost(libc: Libc): string | undefined {
  const hosts = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ address }) => address.startsWith('fe80:')).map(({ address }) => `${address}%${name}`),
  );
  return hosts.find((host) => canBind(libc, host));
}

function hasIPv6Loopback(libc: Libc): boolean {
  return canBind(libc, '::1');
}

function canBind(libc: Libc, host: string): boolean {
  const address = internetAddress('TCP', host, 0);
  if (address === undefined) return false;
  const fd = libc.socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bound = libc.bind(fd, writeAddress(address, new SocketAddress()));
  libc.close(fd);
  return bound >= 0;
}

function hasDescriptorLimit(libc: Libc): boolean {
  const limit = { soft: 0, hard: 0 };
  return libc.getrlimit(RLIMIT_NOFILE, limit) >= 0 && libc.setrlimit(RLIMIT_NOFILE, limit) >= 0;
}

function hasTcpInfo(libc: Libc): boolean {
  const fd = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const filled = libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, Buffer.alloc(232));
  libc.close(fd);
  return filled >= 0;
}
