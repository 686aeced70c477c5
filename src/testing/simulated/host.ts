import type { Network } from './network.js';
import { ANY_IPV4, ANY_IPV6, isIPv6Host, isLoopback } from './place.js';
import { Ports } from './ports.js';
import { UnixNames } from './unix-names.js';

/** A machine on a simulated network: addresses, and the ports that all of its processes share. */
export class Host {
  /** The network that it is on. */
  readonly network: Network;
  /** What errors call it. */
  readonly name: string;
  /** Without the loopback ones. */
  readonly addresses: readonly string[];
  /** Who listens and who is connected, by port. */
  readonly ports: Ports;
  /** Who listens on a UNIX socket, by name. */
  readonly unixNames = new UnixNames();

  constructor(network: Network, name: string, addresses: readonly string[]) {
    this.network = network;
    this.name = name;
    this.addresses = addresses;
    this.ports = new Ports(network);
  }

  /** Whether other hosts reach this one by that address. */
  has(address: string): boolean {
    return this.addresses.includes(address);
  }

  /** Whether a socket of this host can be bound to that address. */
  isLocal(address: string): boolean {
    return address === ANY_IPV4 || address === ANY_IPV6 || isLoopback(address) || this.has(address);
  }

  /**
   * The address that a packet to `target` is sent from, unless a socket has chosen one; undefined if there is no way to that family.
   * What stays on the host comes from where it goes to, but from 127.0.0.1 for all of 127.0.0.0/8.
   */
  sourceFor(target: string): string | undefined {
    if (isLoopback(target)) return isIPv6Host(target) ? target : '127.0.0.1';
    if (this.has(target)) return target;
    return this.addresses.find((address) => isIPv6Host(address) === isIPv6Host(target));
  }
}
