/**
 * Counts the descriptors that were opened and closed through one `Libc`, and tells who waits for one to come
 * free. It knows nothing of descriptors that Node or other libraries own.
 *
 * The hot calls are `opened` and `closed`: an addition and a comparison each.
 */
export class DescriptorAccounting {
  #open = 0;
  #waiting: (() => void)[] = [];

  /** How many descriptors made through this door are open now. */
  get open(): number {
    return this.#open;
  }

  /** A call has made a descriptor. */
  opened(count = 1): void {
    this.#open += count;
  }

  /** A descriptor was closed. Who waits is told inside this call, once, and must not call the kernel there. */
  closed(): void {
    this.#open -= 1;
    if (this.#waiting.length > 0) this.#tell();
  }

  /** Calls `freed` at the next close, once. The answer takes the request back. */
  onceClosed(freed: () => void): () => void {
    this.#waiting.push(freed);
    return () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== freed);
    };
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const freed of waiting) freed();
  }
}
