import { inspect } from 'node:util';
import type { IInternetAddress } from '../interfaces/address.js';
import { formatIPv4 } from './ip-text.js';

/** Clients repeat: the number last formatted, and its text. */
let lastNumber = 0;
let lastText = '0.0.0.0';

/** An IPv4 address and a port. Twisted: `IPv4Address`. */
export class IPv4Address implements IInternetAddress {
  constructor(
    readonly type: 'TCP' | 'UDP',
    readonly host: string,
    readonly port: number,
  ) {}

  /**
   * The address whose four bytes are one number, 127.0.0.1 being 0x7f000001. Made for the accept loop: it formats only
   * what is new.
   */
  static fromNumber(type: 'TCP' | 'UDP', address: number, port: number): IPv4Address {
    if (address !== lastNumber) {
      lastText = formatIPv4(address);
      lastNumber = address;
    }
    return new IPv4Address(type, lastText, port);
  }

  equals(other: unknown): boolean {
    return (
      other instanceof IPv4Address &&
      other.type === this.type &&
      other.host === this.host &&
      other.port === this.port
    );
  }

  toString(): string {
    return `IPv4Address(${this.type}, ${this.host}, ${this.port})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
