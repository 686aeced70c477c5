import { readFileSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/**
 * Scopes of IPv6 addresses: on Linux a scope id is the index of a network interface (RFC 4007 section 11, ipv6(7)).
 * Both directions ask the system each time: interfaces come and go, and link-local addresses are rare.
 */

/** The scope id of what stands behind `%`: an interface's name or a number. Undefined if there is no such interface. */
export function scopeIdOf(scope: string): number | undefined {
  if (/^\d{1,9}$/.test(scope)) return Number(scope);
  return scopeIdOfAddresses(interfaces()[scope]) ?? indexInSysfs(scope);
}

/** What to write behind `%` for a scope id: the interface's name, or the number if the name isn't known. '' for 0. */
export function scopeNameOf(scopeId: number): string {
  if (scopeId === 0) return '';
  const found = Object.entries(interfaces()).find(
    ([name, addresses]) => (scopeIdOfAddresses(addresses) ?? indexInSysfs(name)) === scopeId,
  );
  return found?.[0] ?? String(scopeId);
}

function interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]> {
  try {
    return networkInterfaces();
  } catch {
    // It needs a descriptor of its own; without one, numbers must do for names.
    return {};
  }
}

function scopeIdOfAddresses(addresses: readonly NetworkInterfaceInfo[] = []): number | undefined {
  return addresses.flatMap((entry) =>
    entry.family === 'IPv6' && entry.scopeid !== 0 ? [entry.scopeid] : [],
  )[0];
}

/** Interfaces without a link-local address (such as `lo`) show their index in sysfs only. */
function indexInSysfs(name: string): number | undefined {
  if (!/^[^/\0]+$/.test(name) || name === '.' || name === '..') return undefined;
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'ascii'));
  } catch {
    // No such interface, or no sysfs: the caller makes do without.
    return undefined;
  }
}
