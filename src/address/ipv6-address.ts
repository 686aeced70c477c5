import { inspect } from 'node:util';
import type { IInternetAddress } from '../interfaces/address.js';

/** An IPv6 address and a port. The host of a link-local address carries its `%scope`. Twisted: `IPv6Address`. */
export class IPv6Address implements IInternetAddress {
  constructor(
    readonly type: 'TCP' | 'UDP',
    readonly host: string,
    readonly port: number,
    /** The flow label and traffic class (RFC 3493 section 3.3). */
    readonly flowInfo = 0,
    /** The index of the interface that a link-local address belongs to; 0 for none. */
    readonly scopeId = 0,
  ) {}

  equals(other: unknown): boolean {
    return other instanceof IPv6Address && other.toString() === this.toString();
  }

  toString(): string {
    return `IPv6Address(${this.type}, ${this.host}, ${this.port}, ${this.flowInfo}, ${this.scopeId})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
