import type { QueuedFile } from './queued-file.js';

/**
 * The bytes that a connection has still to send: references to what was written, in order, and how far the first one
 * is sent. Pushing and consuming cost the same whatever the length: nothing is joined or copied here.
 *
 * Most connections answer one message with one write, so a lone chunk is kept without a list.
 *
 * A connection has one only while something is queued: the idle ones share {@link NOTHING_QUEUED}. Files are no part of
 * it; a connection that sends one gets a FileQueue in its place, which takes over what is queued.
 */
const NO_CHUNKS: readonly Uint8Array[] = [];
const NO_FILES: readonly QueuedFile[] = [];
const SENT = new Uint8Array(0);

/** Places of sent chunks are given back once there are so many of them. */
const COMPACT_AT = 1024;

export class WriteQueue {
  #single: Uint8Array | undefined;
  #chunks: Uint8Array[] | undefined;
  #first = 0;
  #offset = 0;
  #bytes = 0;

  /** All bytes queued. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The bytes of the chunks: what is sent before the next file. */
  get chunkBytes(): number {
    return this.#bytes;
  }

  /** The bytes that take memory. */
  get memoryBytes(): number {
    return this.#bytes;
  }

  /** What is sent once the chunks are, if it is a file. */
  get file(): QueuedFile | undefined {
    return undefined;
  }

  /** The only chunk, if there is exactly one and never were more since the queue was empty. */
  get single(): Uint8Array | undefined {
    return this.#single;
  }

  /** All chunks unless there is a single one; those before `first` are sent. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks ?? NO_CHUNKS;
  }

  /** The index in `chunks` of the first one that isn't wholly sent. */
  get first(): number {
    return this.#first;
  }

  /** How many bytes of the first chunk, or of the single one, are sent. */
  get offset(): number {
    return this.#offset;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#bytes === 0) {
      this.#single = chunk;
    } else if (this.#chunks !== undefined) {
      this.#chunks.push(chunk);
    } else {
      this.#chunks = [this.#single as Uint8Array, chunk];
      this.#single = undefined;
    }
    this.#bytes += chunk.length;
  }

  /** `count` bytes from the front are sent: of the chunks, or of the file if there are none ahead of it. */
  consume(count: number): void {
    if (count >= this.#bytes) {
      this.reset();
      return;
    }
    this.#bytes -= count;
    this.#offset += count;
    if (this.#chunks !== undefined) this.skipSent(this.#chunks);
  }

  /** Drops all that is queued. */
  clear(): void {
    this.reset();
  }

  /** Tells those who wait for files that are sent. To be called once all else is in order: they may do anything. */
  tellSent(): void {
    // There are none.
  }

  /** The files that were dropped and haven't been told so. They are the caller's to tell. */
  takeDropped(): readonly QueuedFile[] {
    return NO_FILES;
  }

  /** Takes the chunks of another queue, as far as they aren't sent, in the place of its own. */
  protected takeOver(other: WriteQueue): void {
    this.#single = other.#single;
    this.#chunks = other.#chunks;
    this.#first = other.#first;
    this.#offset = other.#offset;
    this.#bytes = other.#bytes;
  }

  /** Chunks of so many bytes are next; there must be none. */
  protected moveUp(chunks: Uint8Array[], bytes: number): void {
    if (chunks.length === 1) this.#single = chunks[0];
    else if (chunks.length > 1) this.#chunks = chunks;
    this.#bytes = bytes;
  }

  private reset(): void {
    this.#single = undefined;
    this.#chunks = undefined;
    this.#first = 0;
    this.#offset = 0;
    this.#bytes = 0;
  }

  /** Moves on to the first chunk that isn't wholly sent. */
  private skipSent(chunks: Uint8Array[]): void {
    let chunk = chunks[this.#first];
    // There is always one left, unless somebody took its bytes away: sendQueue finds that out.
    while (chunk !== undefined && this.#offset >= chunk.length) {
      this.#offset -= chunk.length;
      chunks[this.#first] = SENT;
      this.#first += 1;
      chunk = chunks[this.#first];
    }
    if (this.#first >= COMPACT_AT && this.#first * 2 >= chunks.length) {
      chunks.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** The queue of all connections that have nothing queued. Nothing is ever pushed to it. */
export const NOTHING_QUEUED = new WriteQueue();

/** Throws a TypeError, with advice for those who come from Twisted's or node's strings, unless `data` can be queued. */
export function requireBytes(data: unknown): asserts data is Uint8Array {
  if (data instanceof Uint8Array) return;
  const advice = typeof data === 'string' ? ': use Buffer.from(text) to choose an encoding' : '';
  throw new TypeError(`Data must be bytes (a Buffer or Uint8Array), not ${typeof data}${advice}`);
}
