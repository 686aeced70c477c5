import type { Libc } from '../../libc/index.js';
import { FileDescriptorReservation, defaultReservation } from '../../tcp/index.js';

/**
 * The spare descriptor of this thread, for the length of a case: ports take it when they first listen and keep it for life,
 * which a count of descriptors would take for a leak. Disposing leaves it held or free, as it was.
 */
export class SpareDescriptors implements Disposable {
  readonly #libc: Libc;
  readonly #heldBefore: boolean;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#heldBefore = defaultReservation(libc).available();
  }

  [Symbol.dispose](): void {
    const reservation = defaultReservation(this.#libc);
    if (this.#heldBefore) reservation.reserve();
    else if (reservation instanceof FileDescriptorReservation) reservation[Symbol.dispose]();
  }
}
