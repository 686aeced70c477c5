import { realpathSync } from 'node:fs';
import { inspect } from 'node:util';
import type { IAddress } from '../interfaces/address.js';

/**
 * The address of a UNIX socket: a path, a name in Linux's abstract namespace (it begins with a NUL byte), or null for a
 * socket without a name. Twisted: `UNIXAddress`.
 */
export class UNIXAddress implements IAddress {
  readonly type = 'UNIX';
  /** The path, as bytes; an abstract name begins with a NUL. null for a socket without a name. */
  readonly name: Buffer | null;

  constructor(name: Buffer | string | null) {
    this.name = name === null ? null : Buffer.from(name);
  }

  /** True if both are the same name, or if their paths lead to the same file. */
  equals(other: unknown): boolean {
    if (!(other instanceof UNIXAddress)) return false;
    if (this.name === null || other.name === null) return this.name === other.name;
    return this.name.equals(other.name) || realName(this.name).equals(realName(other.name));
  }

  /** Addresses that are equal have equal texts while the files that they name stay as they are. */
  toString(): string {
    return this.name === null
      ? 'UNIXAddress(null)'
      : `UNIXAddress(${inspect(realName(this.name).toString())})`;
  }

  [inspect.custom](): string {
    return this.name === null ? 'UNIXAddress(null)' : `UNIXAddress(${inspect(this.name.toString())})`;
  }
}

/** The name with symbolic links followed; as it is if it is abstract or leads nowhere. */
function realName(name: Buffer): Buffer {
  if (name.length === 0 || name[0] === 0) return name;
  try {
    return realpathSync(name, { encoding: 'buffer' });
  } catch {
    return name;
  }
}
