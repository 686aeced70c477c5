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
import type { Need } from './case.js';

/** What this kernel can give of what cases need. */
export function availableNeeds(libc: Libc): ReadonlySet<Need> {
  const needs = new Set<Need>(['faults']);
  if (hasIPv6Loopback(libc)) needs.add('ipv6');
  if (hasDescriptorLimit(libc)) needs.add('descriptorLimit');
  if (hasTcpInfo(libc)) needs.add('tcpInfo');
  if (typeof globalThis.gc === 'function') needs.add('garbageCollection');
  return needs;
}

function hasIPv6Loopback(libc: Libc): boolean {
  const fd = libc.socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const loopback = new Uint8Array(16);
  loopback[15] = 1;
  const bound = libc.bind(fd, new SocketAddress().setIPv6(loopback, 0));
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
