/**
 * The bytes that have come and are in no item yet: what a parser keeps between two pieces of input.
 *
 * What it rests on:
 *  - A piece is the receiver's to keep, and nobody writes into it again. So an item within a piece is a view of it.
 *  - An item in several pieces has to be joined. Joining anew with each piece would cost the square of its length (this is
 *    what makes Twisted's receivers slow, twisted #6356 to #6358), so it grows in a store of its own, whose capacity
 *    doubles: each byte is copied twice on average, whatever the pieces are.
 *  - Only the item that lies across two pieces is joined. What follows it in the later piece stays where it is.
 *  - A store is only ever appended to, so a view of what has been in it stays true.
 *  - A few bytes left over would keep a big piece in memory for as long as a peer likes, so `settle` copies them out of it.
 *
 * The parser reads `bytes` from `start` to `end`: this is what comes next, in one piece. What came after that is in `later`
 * until the parser asks for it (`join`, `gather`).
 */
const NOTHING: Buffer = Buffer.alloc(0);

/** The smallest store. */
const STORE_BYTES = 64;

/** Up to this size a piece may be kept for the sake of a few bytes. */
const KEPT_BYTES = 1024;

/** What has come and is in no item yet: see the head of this file. */
export class Unparsed {
  #bytes: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  #later: Buffer = NOTHING;

  /** What comes next lies here, between `start` and `end`. Behind `end` there may be anything. Not to be written to. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Where what comes next begins in `bytes`. */
  get start(): number {
    return this.#start;
  }

  /** Where what comes next ends in `bytes`. */
  get end(): number {
    return this.#end;
  }

  /** What has come after that. Not to be written to. */
  get later(): Buffer {
    return this.#later;
  }

  /** How many bytes there are, those in `later` among them. */
  get length(): number {
    return this.#end - this.#start + this.#later.length;
  }

  /** More bytes have come. `most` is that of `join`. */
  push(data: Buffer, most = Infinity): void {
    if (data.length === 0) return;
    if (this.#start === this.#end) {
      this.#begin(data);
    } else {
      // Two pieces can wait; who pushes more without parsing (a parser that is paused) has them joined.
      if (this.#later.length > 0) this.join(this.#later.length, most);
      this.#later = data;
    }
  }

  /** Moves `count` bytes, or all there are, from `later` to the end of `bytes`. The store won't need more than `most` bytes. */
  join(count: number, most = Infinity): void {
    const moved = Math.min(count, this.#later.length);
    if (this.#end + moved > this.#bytes.length) this.#grow(this.#end - this.#start + moved, most);
    if (moved === 1) this.#bytes[this.#end] = this.#later[0] as number;
    else this.#later.copy(this.#bytes, this.#end, 0, moved);
    this.#end += moved;
    this.#later = moved === this.#later.length ? NOTHING : this.#later.subarray(moved);
  }

  /** Whether the next `count` bytes have come; if so, or as far as they have, they are in one piece then. */
  gather(count: number, most: number = count): boolean {
    const missing = count - (this.#end - this.#start);
    if (missing > 0 && this.#later.length > 0) this.join(missing, most);
    return this.#end - this.#start >= count;
  }

  /** The next `count` bytes, which have to be in `bytes`, taken away. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#start + count);
    this.skip(count);
    return taken;
  }

  /** Takes the next `count` bytes away, which have to be in `bytes`. */
  skip(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) this.#begin(this.#later);
  }

  /** All of it, taken away. */
  takeAll(): Buffer {
    if (this.#later.length > 0) this.join(this.#later.length);
    return this.take(this.#end - this.#start);
  }

  /** All of it, left where it is. */
  peekAll(): Buffer {
    if (this.#later.length > 0) this.join(this.#later.length);
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** There is no whole item. To be called then, so that the rest doesn't keep more in memory than it is. */
  settle(): void {
    const kept = this.#bytes.length;
    const length = this.#end - this.#start;
    if (kept > KEPT_BYTES && length * 4 <= kept) this.#grow(length, Infinity);
  }

  #begin(data: Buffer): void {
    this.#bytes = data;
    this.#start = 0;
    this.#end = data.length;
    this.#later = NOTHING;
  }

  /** Moves what is in `bytes` to a store for `needed` bytes and as many more, or `most`. */
  #grow(needed: number, most: number): void {
    const capacity = Math.max(needed, Math.min(Math.max(needed * 2, STORE_BYTES), most));
    const store = Buffer.allocUnsafe(capacity);
    this.#bytes.copy(store, 0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = store;
  }
}
