import type { IFileDescriptor } from '../interfaces/index.js';
import { OUTSIDE, Registration } from './registration.js';

/** The descriptors that a poller watches, by their numbers. What the kernel knows of them is the poller's affair. */
export class Registrations {
  readonly #onKeepAlive: () => void;
  #table: (Registration | undefined)[] = [];
  #generation = 0;
  #keepAliveCount = 0;

  /** `onKeepAlive` is called when a descriptor has ceased, or begun again, to keep the process alive. */
  constructor(onKeepAlive: () => void) {
    this.#onKeepAlive = onKeepAlive;
  }

  /** How many descriptors there are for whose sake the process stays alive. */
  get keepAliveCount(): number {
    return this.#keepAliveCount;
  }

  /** Whom an event is for; undefined if it is for a former owner of the number. */
  at(fd: number, generation: number): Registration | undefined {
    const registration = this.#table[fd];
    return registration?.generation === generation ? registration : undefined;
  }

  /** The registration of a descriptor; of one that has lost its number, by looking through all. */
  find(descriptor: IFileDescriptor): Registration | undefined {
    const fd = descriptor.fileno();
    if (fd < 0) return this.#table.find((registration) => registration?.descriptor === descriptor);
    const registration = this.#table[fd];
    return registration?.descriptor === descriptor ? registration : undefined;
  }

  /** The registration that its descriptor has now under the same number: it may have been removed, and added anew. */
  renewed(registration: Registration): Registration {
    const present = this.#table[registration.fd];
    return present?.descriptor === registration.descriptor ? present : registration;
  }

  /**
   * The registration of a descriptor, a new one unless it has one. Throws an Error if it has no number, or one that
   * another descriptor is watched under and hasn't lost.
   */
  add(descriptor: IFileDescriptor): Registration {
    const fd = descriptor.fileno();
    if (fd < 0) throw new Error(`${descriptor.logPrefix()} has no file descriptor to be watched`);
    const present = this.#table[fd];
    if (present !== undefined) {
      if (present.descriptor === descriptor) return present;
      if (present.descriptor.fileno() === fd) {
        throw new Error(`File descriptor ${fd} is watched already, for ${present.descriptor.logPrefix()}`);
      }
      this.drop(present);
    }
    this.#generation = (this.#generation + 1) | 0;
    const registration = new Registration(fd, this.#generation, descriptor);
    this.#table[fd] = registration;
    this.#keepAliveCount += 1;
    return registration;
  }

  /** The number may be anybody's from now on. */
  drop(registration: Registration): void {
    if (!registration.live) return;
    registration.live = false;
    registration.applied = OUTSIDE;
    this.keepAlive(registration, false);
    this.#table[registration.fd] = undefined;
  }

  /** Forgets all, without a word to anybody. */
  clear(): void {
    this.#table = [];
    this.#keepAliveCount = 0;
  }

  keepAlive(registration: Registration, keep: boolean): void {
    if (registration.keepsAlive === keep) return;
    registration.keepsAlive = keep;
    this.#keepAliveCount += keep ? 1 : -1;
    this.#onKeepAlive();
  }

  /** Who wants any of these, the reactor's own descriptors excepted. */
  wanting(bits: number): Registration[] {
    return this.#table.filter(
      (registration): registration is Registration =>
        registration !== undefined && !registration.internal && (registration.interest & bits) !== 0,
    );
  }
}
