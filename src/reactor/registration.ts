import { EPOLLIN, EPOLLOUT, EPOLLRDHUP } from '../libc/constants.js';
import type { HangUp, IFileDescriptor } from '../interfaces/index.js';

/** What a descriptor is watched for; bits of `Registration.interest`. */
export const READ = 1;
export const WRITE = 2;
export const HANG_UP = 4;

/** `Registration.applied` of a descriptor that isn't in the epoll set. */
export const OUTSIDE = -1;

const CHANGED = 1;
const OVER = 2;
const INTERNAL = 4;
const KEEPS_ALIVE = 8;
const LIVE = 16;
const MAY_BE_LOST = 32;

/**
 * One descriptor that a poller watches. `generation` goes through the kernel and back, so that an event that was
 * under way when the descriptor was closed doesn't reach the next one with the same number.
 */
export class Registration {
  readonly fd: number;
  readonly generation: number;
  readonly descriptor: IFileDescriptor;
  /** What is wanted: READ, WRITE, HANG_UP. */
  interest = 0;
  /** The mask that the kernel has, or OUTSIDE. */
  applied = OUTSIDE;
  /** The worst hang-up that was told. */
  hungUp: HangUp | undefined = undefined;
  /**
   * The properties below, a bit each: there is a registration for every idle connection, and a boolean takes a word
   * of 8 bytes. So does, once for each instance, having any #private method.
   */
  #marks = KEEPS_ALIVE | LIVE | MAY_BE_LOST;

  constructor(fd: number, generation: number, descriptor: IFileDescriptor) {
    this.fd = fd;
    this.generation = generation;
    this.descriptor = descriptor;
  }

  /**
   * The mask that the kernel should have, or OUTSIDE. Who reads learns of an end by reading; who doesn't, by RDHUP
   * until that was told once.
   */
  get mask(): number {
    const { interest } = this;
    if (interest === 0 || (interest === HANG_UP && this.over)) return OUTSIDE;
    const reading = (interest & READ) === 0 ? 0 : EPOLLIN;
    const writing = (interest & WRITE) === 0 ? 0 : EPOLLOUT;
    const watchEnd = reading === 0 && (interest & HANG_UP) !== 0 && this.hungUp === undefined;
    return reading | writing | (watchEnd ? EPOLLRDHUP : 0);
  }

  /** Whether the registration stands in the list of changes to be applied. */
  get changed(): boolean {
    return (this.#marks & CHANGED) !== 0;
  }

  set changed(value: boolean) {
    this.#marks = marked(this.#marks, CHANGED, value);
  }

  /** HUP or ERR came, which can't be masked: without a reader or writer the descriptor has to leave the set. */
  get over(): boolean {
    return (this.#marks & OVER) !== 0;
  }

  set over(value: boolean) {
    this.#marks = marked(this.#marks, OVER, value);
  }

  /** The reactor's own descriptors are neither listed nor removed by removeAll. */
  get internal(): boolean {
    return (this.#marks & INTERNAL) !== 0;
  }

  set internal(value: boolean) {
    this.#marks = marked(this.#marks, INTERNAL, value);
  }

  /** Whether the process stays alive for this descriptor. */
  get keepsAlive(): boolean {
    return (this.#marks & KEEPS_ALIVE) !== 0;
  }

  set keepsAlive(value: boolean) {
    this.#marks = marked(this.#marks, KEEPS_ALIVE, value);
  }

  /** False once the descriptor left the poller: events for it are dropped. */
  get live(): boolean {
    return (this.#marks & LIVE) !== 0;
  }

  set live(value: boolean) {
    this.#marks = marked(this.#marks, LIVE, value);
  }

  /**
   * False once somebody else has taken care of the descriptor: then a reason that its callback returns comes too
   * late. One that has only removed itself is lost all the same.
   */
  get mayBeLost(): boolean {
    return (this.#marks & MAY_BE_LOST) !== 0;
  }

  set mayBeLost(value: boolean) {
    this.#marks = marked(this.#marks, MAY_BE_LOST, value);
  }
}

function marked(marks: number, bit: number, value: boolean): number {
  return value ? marks | bit : marks & ~bit;
}
