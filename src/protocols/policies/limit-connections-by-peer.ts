import type { IAddress, IProtocol, IProtocolFactory } from '../../interfaces/index.js';
import { type PrefixLengths, checkPrefixLength, peerPrefix } from './peer-prefix.js';
import { type IWrapperFactory, ProtocolWrapper } from './protocol-wrapper.js';
import { WrappingFactory } from './wrapping-factory.js';

/** How many connections a peer may have, and what counts as one peer. */
export interface LimitConnectionsByPeerOptions {
  /** How many connections each peer may have at a time. Default 5. */
  readonly maxConnectionsPerPeer?: number;
  /** Peers whose IPv4 addresses begin with the same so many bits are one. Default 32: the whole address. */
  readonly ipv4Prefix?: number;
  /** The same for IPv6. Default 64, for whoever has one address there has all that share its first 64 bits. */
  readonly ipv6Prefix?: number;
}

/**
 * Limits how many connections each peer has at a time; who comes when his limit is reached is refused. A peer is an IP
 * address, or all that begin with the same bits.
 *
 * Peers without a host (those of UNIX sockets) are not limited. A subclass can tell peers apart in another way, or make exceptions,
 * by overriding `peerOf`. A connection counts from its `connectionMade` until its `connectionLost`.
 *
 * Throws a RangeError for a prefix length that an address can't have. Twisted: `LimitConnectionsByPeer`.
 */
export class LimitConnectionsByPeer<P extends IProtocol = IProtocol> extends WrappingFactory<
  P,
  PeerProtocol<P>
> {
  /** May be changed at any time; those who are there already stay. */
  maxConnectionsPerPeer: number;
  readonly #prefixes: PrefixLengths;
  readonly #peerConnections = new Map<string, number>();

  constructor(wrappedFactory: IProtocolFactory<P>, options: LimitConnectionsByPeerOptions = {}) {
    super(wrappedFactory);
    const { maxConnectionsPerPeer = 5, ipv4Prefix = 32, ipv6Prefix = 64 } = options;
    checkPrefixLength(ipv4Prefix, 'ipv4Prefix', 32);
    checkPrefixLength(ipv6Prefix, 'ipv6Prefix', 128);
    this.maxConnectionsPerPeer = maxConnectionsPerPeer;
    this.#prefixes = { ipv4Prefix, ipv6Prefix };
  }

  /** How many connections each peer has, of those who have any; a live view. */
  get peerConnections(): ReadonlyMap<string, number> {
    return this.#peerConnections;
  }

  /** The text under which an address is counted; undefined for one that isn't limited. */
  peerOf(address: IAddress): string | undefined {
    return peerPrefix(address, this.#prefixes);
  }

  override buildProtocol(address: IAddress): PeerProtocol<P> | null {
    const peer = this.peerOf(address);
    if (peer !== undefined && this.#count(peer) >= this.maxConnectionsPerPeer) return null;
    return super.buildProtocol(address);
  }

  override registerProtocol(wrapper: PeerProtocol<P>): void {
    super.registerProtocol(wrapper);
    const { peer } = wrapper;
    if (peer !== undefined) this.#peerConnections.set(peer, this.#count(peer) + 1);
  }

  override unregisterProtocol(wrapper: PeerProtocol<P>): void {
    super.unregisterProtocol(wrapper);
    const { peer } = wrapper;
    if (peer === undefined) return;
    const left = this.#count(peer) - 1;
    if (left > 0) this.#peerConnections.set(peer, left);
    else this.#peerConnections.delete(peer);
  }

  protected override wrapProtocol(protocol: P, address: IAddress): PeerProtocol<P> {
    return new PeerProtocol(this, protocol, this.peerOf(address));
  }

  #count(peer: string): number {
    return this.#peerConnections.get(peer) ?? 0;
  }
}

/** One connection of a {@link LimitConnectionsByPeer}: it remembers under which peer it is counted. */
export class PeerProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  /** Who is at the other end, as its connections are counted; undefined for one that isn't counted. */
  readonly peer: string | undefined;

  constructor(factory: IWrapperFactory<P>, wrappedProtocol: P, peer: string | undefined) {
    super(factory, wrappedProtocol);
    this.peer = peer;
  }
}
