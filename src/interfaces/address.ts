/**
 * Where one end of a connection is. Addresses are values: two with the same fields are equal
 * (`equals`), and `toString()` gives a text that can serve as a map key.
 * Twisted: `IAddress`.
 */
export interface IAddress {
  /** The transport's kind, `'TCP'` or `'UDP'` for the internet families. */
  readonly type: string;
  /** True if `other` is an address of the same class with the same fields. Never throws. */
  equals(other: unknown): boolean;
  /** A text that names the class and every field; equal addresses have equal texts. */
  toString(): string;
}

/** An address of the internet families: a host in numbers and a port. */
export interface IInternetAddress extends IAddress {
  readonly type: 'TCP' | 'UDP';
  /** The IP address as text; link-local IPv6 addresses carry their `%scope`. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}
