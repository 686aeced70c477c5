import type { IInternetAddress } from '../interfaces/address.js';
import type { AddressFamily } from '../interfaces/resolver.js';

/** The family of an address, by its text: only IPv6 has colons. */
export function familyOf(address: IInternetAddress): AddressFamily {
  return address.host.includes(':') ? 6 : 4;
}

/**
 * The addresses still to be tried, in the order of RFC 8305 section 4: the families take turns, IPv6 first, and each
 * family's addresses come as they were added. An address is given out once, however often it is added: resolvers repeat
 * themselves (for `localhost`, with two lines in /etc/hosts).
 */
export class AddressQueue {
  readonly #byFamily: Record<AddressFamily, IInternetAddress[]> = { 4: [], 6: [] };
  readonly #known = new Set<string>();
  #turn: AddressFamily = 6;

  get empty(): boolean {
    return this.#byFamily[4].length === 0 && this.#byFamily[6].length === 0;
  }

  /** False if the address was added before. */
  add(address: IInternetAddress): boolean {
    const text = address.toString();
    if (this.#known.has(text)) return false;
    this.#known.add(text);
    this.#byFamily[familyOf(address)].push(address);
    return true;
  }

  /** The next address to try, taken out; undefined if there is none now. */
  next(): IInternetAddress | undefined {
    const other = this.#turn === 6 ? 4 : 6;
    const family = this.#byFamily[this.#turn].length > 0 ? this.#turn : other;
    const address = this.#byFamily[family].shift();
    if (address !== undefined) this.#turn = family === 6 ? 4 : 6;
    return address;
  }
}
