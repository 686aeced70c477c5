import { AF_INET, AF_INET6, AF_UNIX } from './constants.js';

/**
 * `struct sockaddr` of the families that heddle speaks, in a buffer that is used again and again.
 *
 * Facts (ip(7), ipv6(7), unix(7)): the family is 16 bits in the machine's order; ports and addresses are in network
 * order, flow info too; the scope id is in the machine's order. sockaddr_in is 16 bytes, sockaddr_in6 28,
 * sockaddr_un up to 110: its path ends at the length, or at a NUL, and begins with a NUL if it is abstract.
 * The drivers run on little-endian machines only (x86-64, arm64).
 */
export class SocketAddress {
  /** Big enough for every family (sizeof struct sockaddr_storage). */
  static readonly CAPACITY = 128;

  /** The struct itself, for the kernel to read and write. */
  readonly bytes: Buffer = Buffer.alloc(SocketAddress.CAPACITY);
  /** How many of `bytes` count. The kernel writes it (socklen_t) where it gives an address. */
  readonly lengthCell: Int32Array = new Int32Array(1);

  /** How many of `bytes` count. */
  get length(): number {
    return this.lengthCell[0] as number;
  }

  /** Sets how many of `bytes` count. */
  set length(length: number) {
    this.lengthCell[0] = length;
  }

  /** AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC (0) when the address is empty, as an unnamed UNIX peer's may be. */
  get family(): number {
    return this.length < 2 ? 0 : this.bytes.readUInt16LE(0);
  }

  /** The port of an internet address. */
  get port(): number {
    return this.bytes.readUInt16BE(2);
  }

  /** The four bytes of an IPv4 address as one number, 127.0.0.1 being 0x7f000001. */
  get ipv4(): number {
    return this.bytes.readUInt32BE(4);
  }

  /** A copy of the sixteen bytes of an IPv6 address. */
  get ipv6(): Buffer {
    return Buffer.from(this.bytes.subarray(8, 24));
  }

  /** The flow label and traffic class of an IPv6 address, in the machine's order. */
  get flowInfo(): number {
    return this.bytes.readUInt32BE(4);
  }

  /** The interface that an IPv6 address is good on, 0 for all. */
  get scopeId(): number {
    return this.bytes.readUInt32LE(24);
  }

  /** The path of a UNIX address; an abstract one begins with a NUL, an unnamed one is empty. */
  get path(): Buffer {
    const path = this.bytes.subarray(2, this.length);
    const end = path.indexOf(0, path[0] === 0 ? path.length : 0);
    return Buffer.from(end < 0 ? path : path.subarray(0, end));
  }

  /** Makes it an IPv4 address; `address` as `ipv4` gives it. */
  setIPv4(address: number, port: number): this {
    this.bytes.fill(0, 0, 16);
    this.bytes.writeUInt16LE(AF_INET, 0);
    this.bytes.writeUInt16BE(port, 2);
    this.bytes.writeUInt32BE(address >>> 0, 4);
    this.length = 16;
    return this;
  }

  /** Makes it an IPv6 address; `address` is its sixteen bytes. */
  setIPv6(address: Uint8Array, port: number, flowInfo = 0, scopeId = 0): this {
    this.bytes.writeUInt16LE(AF_INET6, 0);
    this.bytes.writeUInt16BE(port, 2);
    this.bytes.writeUInt32BE(flowInfo, 4);
    this.bytes.set(address, 8);
    this.bytes.writeUInt32LE(scopeId, 24);
    this.length = 28;
    return this;
  }

  /** Throws a RangeError if the path is longer than the 107 bytes (108 if abstract) that fit. */
  setUnix(path: Uint8Array): this {
    const abstract = path[0] === 0;
    if (path.length > (abstract ? 108 : 107))
      throw new RangeError('UNIX socket path is longer than 107 bytes');
    this.bytes.fill(0, 0, 112);
    this.bytes.writeUInt16LE(AF_UNIX, 0);
    this.bytes.set(path, 2);
    this.length = 2 + path.length + (abstract || path.length === 0 ? 0 : 1);
    return this;
  }

  /** Makes room for the kernel to write any address. */
  reset(): this {
    this.length = SocketAddress.CAPACITY;
    return this;
  }
}
