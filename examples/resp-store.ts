/**
 * What the RESP server keeps: values by key, some of them for a while; both are strings of one character for each byte. It knows
 * nothing of connections.
 */
interface Entry {
  value: string;
  /** When the entry ends, on the store's clock, in ms; Infinity for never. */
  expiresAt: number;
}

/** Thrown where there is no room for another value. */
export class OutOfMemoryError extends Error {}

export class RespStore {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #maxBytes: number;
  #bytes = 0;

  /** `now` tells the time in ms; keys and values together may have `maxBytes`. */
  constructor(now: () => number, maxBytes = 256 * 1024 * 1024) {
    this.#now = now;
    this.#maxBytes = maxBytes;
  }

  /** Throws an OutOfMemoryError if there is no room. */
  set(key: string, value: string, ttlMs = Infinity): void {
    const added = value.length - (this.#entries.get(key)?.value.length ?? -key.length);
    if (this.#bytes + added > this.#maxBytes) throw new OutOfMemoryError();
    this.#bytes += added;
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
  }

  get(key: string): string | undefined {
    return this.#live(key)?.value;
  }

  /** Whether there was one. */
  delete(key: string): boolean {
    const there = this.#live(key) !== undefined;
    if (there) this.#remove(key);
    return there;
  }

  /** Gives the value a time to live; one that is over deletes it. Whether there was one. */
  expire(key: string, ttlMs: number): boolean {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    entry.expiresAt = this.#now() + ttlMs;
    return true;
  }

  /** How long the value has still to live; Infinity for ever, undefined if there is none. */
  ttlMs(key: string): number | undefined {
    const entry = this.#live(key);
    return entry === undefined ? undefined : entry.expiresAt - this.#now();
  }

  /** Replaces a value and leaves its time to live alone. */
  replace(key: string, value: string): void {
    const ttlMs = this.ttlMs(key);
    this.set(key, value, ttlMs);
  }

  /** Forgets what has ended and wasn't asked for since. */
  sweep(): void {
    for (const key of this.#entries.keys()) this.#live(key);
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > this.#now()) return entry;
    this.#remove(key);
    return undefined;
  }

  #remove(key: string): void {
    this.#bytes -= key.length + (this.#entries.get(key)?.value.length ?? 0);
    this.#entries.delete(key);
  }
}
