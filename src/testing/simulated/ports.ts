import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SOL_SOCKET,
  SO_REUSEADDR,
  SO_REUSEPORT,
  errno,
} from '../../libc/index.js';
import type { Network } from './network.js';
import { ANY_IPV4, ANY_IPV6, type Place, isAnyHost } from './place.js';
import type { TcpSocket } from './tcp-socket.js';

/**
 * Who has which TCP port of a host.
 *
 * Facts (ip(7), socket(7), inet_csk_bind_conflict in the kernel):
 *  - Two sockets may have one port if their addresses differ and neither is a wildcard that takes the other in; `::` takes IPv4 in
 *    as well unless it is IPV6_V6ONLY.
 *  - Or if both are SO_REUSEADDR and none of them listens, or both are SO_REUSEPORT.
 *  - listen() asks again, as a listener: of two that were allowed to bind only one can listen.
 *  - Clients that come to several listeners with SO_REUSEPORT are spread by a hash.
 *  - The exact address goes before the wildcard.
 *  - The last of a connection is left for 60 s by the side that ended first (TIME_WAIT), and counts as a socket that doesn't listen.
 */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;
const TIME_WAIT_MS = 60_000;

/** What is left of a connection. */
interface Remnant {
  readonly host: string;
  readonly reuses: boolean;
  readonly until: number;
}

export class Ports {
  readonly #network: Network;
  readonly #sockets = new Map<number, Set<TcpSocket>>();
  readonly #remnants = new Map<number, Remnant[]>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** Gives a socket its port, or a free one for 0. 0, or -EADDRINUSE. */
  bind(socket: TcpSocket, { host, port }: Place): number {
    if (port !== 0 && this.#conflicts(socket, host, port)) return -errno.EADDRINUSE;
    const given = port === 0 ? this.#freePort() : port;
    if (given === undefined) return -errno.EADDRINUSE;
    socket.local = { host, port: given };
    this.join(socket);
    return 0;
  }

  /** A socket has come by its port in another way: it was accepted. */
  join(socket: TcpSocket): void {
    const { port } = socket.local;
    const sockets = this.#sockets.get(port);
    if (sockets === undefined) this.#sockets.set(port, new Set([socket]));
    else sockets.add(socket);
  }

  leave(socket: TcpSocket): void {
    const { port } = socket.local;
    const sockets = this.#sockets.get(port);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#sockets.delete(port);
  }

  /** Keeps the port of a connection that this side has ended first. */
  keepRemnant({ local: { host, port }, options }: TcpSocket): void {
    const until = this.#network.agenda.now + TIME_WAIT_MS;
    const remnant = { host, until, reuses: options.isOn(SOL_SOCKET, SO_REUSEADDR) };
    this.#remnants.set(port, [...this.#remnantsOf(port), remnant]);
  }

  /** Whether a bound socket may listen. */
  mayListen(socket: TcpSocket): boolean {
    return !this.#conflicts(socket, socket.local.host, socket.local.port);
  }

  /** Who listens for clients that come to this place. */
  listenerAt({ host, port }: Place): TcpSocket | undefined {
    const listeners = [...(this.#sockets.get(port) ?? [])].filter((socket) => socket.isListening);
    const exact = listeners.filter((socket) => socket.local.host === host);
    const chosen = exact.length > 0 ? exact : listeners.filter((socket) => takesIn(socket, host));
    return chosen.length === 0 ? undefined : this.#network.choices.one(chosen);
  }

  #conflicts(socket: TcpSocket, host: string, port: number): boolean {
    const reuses = socket.options.isOn(SOL_SOCKET, SO_REUSEADDR);
    for (const other of this.#sockets.get(port) ?? []) {
      if (other === socket || !overlap(socket, host, other)) continue;
      if (reuses && other.options.isOn(SOL_SOCKET, SO_REUSEADDR) && !other.isListening) continue;
      if (!sharesPort(socket) || !sharesPort(other)) return true;
    }
    return this.#remnantsOf(port).some(
      (remnant) => !(reuses && remnant.reuses) && (remnant.host === host || isAnyHost(host)),
    );
  }

  #remnantsOf(port: number): readonly Remnant[] {
    const remnants = this.#remnants.get(port);
    if (remnants === undefined) return [];
    const left = remnants.filter(({ until }) => until > this.#network.agenda.now);
    if (left.length === 0) this.#remnants.delete(port);
    else this.#remnants.set(port, left);
    return left;
  }

  /** A port that nobody has, the search beginning anywhere. */
  #freePort(): number | undefined {
    const count = LAST_EPHEMERAL - FIRST_EPHEMERAL + 1;
    const first = this.#network.choices.integer(0, count - 1);
    for (let i = 0; i < count; i += 1) {
      const port = FIRST_EPHEMERAL + ((first + i) % count);
      if (!this.#sockets.has(port) && this.#remnantsOf(port).length === 0) return port;
    }
    return undefined;
  }
}

function sharesPort({ options }: TcpSocket): boolean {
  return options.isOn(SOL_SOCKET, SO_REUSEPORT);
}

function overlap(socket: TcpSocket, host: string, other: TcpSocket): boolean {
  const theirs = other.local.host;
  return host === theirs || covers(socket, host, theirs) || covers(other, theirs, host);
}

/** Whether a socket that listens at a wildcard takes this address in. */
function takesIn(socket: TcpSocket, host: string): boolean {
  return covers(socket, socket.local.host, host);
}

function covers(socket: TcpSocket, wildcard: string, host: string): boolean {
  if (wildcard === ANY_IPV4) return !host.includes(':');
  if (wildcard !== ANY_IPV6) return false;
  return host.includes(':') || !socket.options.isOn(IPPROTO_IPV6, IPV6_V6ONLY);
}
