/**
 * The spare descriptor that lets a port turn clients away when there is no descriptor left to accept them with.
 *
 * Facts:
 *  - accept(2) takes a descriptor number before it looks at the queue of waiting clients. With a full table it says
 *    EMFILE, and the client, connected from its own view, waits for ever.
 *  - An eventfd needs no file system, so it can be had in an empty chroot as well (eventfd(2)).
 *  - The limit is the process's, and other threads open descriptors too (libuv's pool, workers). One of them may take
 *    the slot between release and reacquisition, so taking it back may fail and has to be tried again later.
 *  - In that window nothing may run that could open a file: no log, no user code, no formatting of errors. A failure is
 *    therefore logged only when nothing is left to protect.
 *
 * Twisted: `_FileDescriptorReservation` and `_NullFileDescriptorReservation` in twisted.internet.tcp.
 */
import { inspect } from 'node:util';
import { SystemError } from '../errors/index.js';
import type { IFileDescriptorReservation } from '../interfaces/index.js';
import { EFD_CLOEXEC, EFD_NONBLOCK, type Libc, errno, systemError } from '../libc/index.js';
import { getLog } from '../logger/index.js';

const log = getLog('tcp', 'reservation');

/** Opens the spare descriptor, and closes it. Throws a SystemError when that fails. */
export interface SpareDescriptor {
  /** The number of a new descriptor. */
  open(): number;
  /** Closes what `open` gave. */
  close(fd: number): void;
}

/** A spare eventfd. */
export function spareEventfd(libc: Libc): SpareDescriptor {
  return {
    open() {
      const fd = libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      if (fd < 0) throw systemError(fd, 'eventfd');
      return fd;
    },
    close(fd) {
      libc.close(fd);
    },
  };
}

/** Holds a spare descriptor. */
export class FileDescriptorReservation implements IFileDescriptorReservation, Disposable {
  readonly #spare: SpareDescriptor;
  #fd: number | undefined;
  /** Whether the loss was logged: a port tries again several times a second. */
  #lossTold = false;

  constructor(spare: SpareDescriptor) {
    this.#spare = spare;
  }

  available(): boolean {
    return this.#fd !== undefined;
  }

  reserve(): void {
    if (this.#fd !== undefined) return;
    try {
      this.#fd = this.#spare.open();
      this.#lossTold = false;
    } catch (error) {
      if (!(error instanceof SystemError) || error.errno !== errno.EMFILE) throw error;
      this.#tellLoss('Could not reserve a spare file descriptor', error);
    }
  }

  enter(): Disposable {
    const fd = this.#fd;
    if (fd === undefined) throw new Error('No file descriptor is reserved: reserve() has to be called first');
    this.#fd = undefined;
    this.#spare.close(fd);
    return { [Symbol.dispose]: () => this.exit() };
  }

  exit(): void {
    try {
      this.reserve();
    } catch (error) {
      this.#tellLoss('Could not reserve the spare file descriptor again', error);
    }
  }

  /** Gives the descriptor back for good, unless somebody reserves again. */
  [Symbol.dispose](): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    this.#spare.close(fd);
  }

  /** `<FileDescriptorReservation, held>`, or `not held`. */
  toString(): string {
    return `<FileDescriptorReservation, ${this.available() ? 'held' : 'not held'}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #tellLoss(message: string, error: unknown): void {
    if (this.#lossTold) return;
    this.#lossTold = true;
    log.failure(message, { value: error });
  }
}

/** Holds nothing: for those who would rather let clients wait than turn them away. */
export class NullFileDescriptorReservation implements IFileDescriptorReservation {
  available(): boolean {
    return false;
  }

  reserve(): void {
    // There is nothing to hold.
  }

  enter(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  exit(): void {
    // There is nothing to take back.
  }
}

const ofThread = new WeakMap<Libc, FileDescriptorReservation>();

/** The reservation that the ports of this thread share, one for each kernel; held from the first port on, for life. */
export function defaultReservation(libc: Libc): IFileDescriptorReservation {
  let reservation = ofThread.get(libc);
  if (reservation === undefined) {
    reservation = new FileDescriptorReservation(spareEventfd(libc));
    ofThread.set(libc, reservation);
  }
  return reservation;
}
