/** Somebody who waits for a close. */
interface Request {
  readonly freed: () => void;
}

/**
 * Counts the descriptors that were opened and closed through one `Libc`, and tells who waits for one to come
 * free. It knows nothing of descriptors that Node or other libraries own.
 *
 * The hot calls are `opened` and `closed`: an addition and a comparison each.
 */
export class DescriptorAccounting {
  #open = 0;
  readonly #waiting = new Set<Request>();

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
    if (this.#waiting.size > 0) this.#tell();
  }

  /** Calls `freed` at the next close, once. The answer takes the request back. */
  onceClosed(freed: () => void): () => void {
    const request: Request = { freed };
    this.#waiting.add(request);
    return () => {
      this.#waiting.delete(request);
    };
  }

  #tell(): void {
    // Who asks while being told waits for the next close; who takes back while others are told isn't told any more.
    for (const request of [...this.#waiting]) {
      if (this.#waiting.delete(request)) request.freed();
    }
  }
}
