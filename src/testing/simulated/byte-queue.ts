/** Bytes on their way, first in, first out, in the pieces in which they came. They are copied on the way in, and once more on the way out. */
export class ByteQueue {
  #pieces: Buffer[] = [];
  /** Bytes of the first piece that are gone already. */
  #skip = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(Buffer.from(bytes));
    this.#length += bytes.length;
  }

  /** Copies as many bytes as there are and `target` has room for; how many that were. They stay here. */
  peek(target: Uint8Array): number {
    let filled = 0;
    let skip = this.#skip;
    for (const piece of this.#pieces) {
      if (filled === target.length) break;
      const part = piece.subarray(skip, skip + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      skip = 0;
    }
    return filled;
  }

  /** The same, and takes them away. */
  take(target: Uint8Array): number {
    const taken = this.peek(target);
    this.#drop(taken);
    return taken;
  }

  /** Takes so many bytes, or all there are, in a buffer of their own. */
  takeBytes(count: number): Buffer {
    const bytes = Buffer.alloc(Math.min(count, this.#length));
    this.take(bytes);
    return bytes;
  }

  clear(): void {
    this.#pieces = [];
    this.#skip = 0;
    this.#length = 0;
  }

  #drop(count: number): void {
    this.#length -= count;
    let left = this.#skip + count;
    let whole = 0;
    for (
      let first = this.#pieces[0];
      first !== undefined && left >= first.length;
      first = this.#pieces[whole]
    ) {
      left -= first.length;
      whole += 1;
    }
    this.#pieces.splice(0, whole);
    this.#skip = left;
  }
}
