import { inspect } from 'node:util';
import type { IAddress } from '../interfaces/address.js';

/** A host by its name and a port: where a connection goes before the name is looked up. Twisted: `HostnameAddress`. */
export class HostnameAddress implements IAddress {
  readonly type = 'TCP';

  constructor(
    /** The name, as it was given. */
    readonly hostname: string,
    /** The port number. */
    readonly port: number,
  ) {}

  /** The name, under the property that IP addresses have too. */
  get host(): string {
    return this.hostname;
  }

  equals(other: unknown): boolean {
    return other instanceof HostnameAddress && other.hostname === this.hostname && other.port === this.port;
  }

  toString(): string {
    return `HostnameAddress(${this.hostname}, ${this.port})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
