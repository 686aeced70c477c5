import { EPOLLIN, EPOLLOUT, EPOLLRDHUP } from '../libc/constants.js';
import type { HangUp, IFileDescriptor } from '../interfaces/index.js';

/** What a descriptor is watched for; bits of `Registration.interest`. */
export const READ = 1;
export const WRITE = 2;
export const HANG_UP = 4;

/** `Registration.applied` of a descriptor that isn't in the epoll set. */
export const OUTSIDE = -1;

// The bits of `#state`. The lowest three are `interest`.
const INTERESTS = READ | WRITE | HANG_UP;
const CHANGED = 8;
const OVER = 16;
const INTERNAL = 32;
const KEEPS_ALIVE = 64;
const LIVE = 128;
const MAY_BE_LOST = 256;
const ENDED = 512;
const RESET = 1024;
/** From this bit on: `applied`, plus one. Masks have 14 bits at most, so it all fits into a small integer of V8's. */
const APPLIED_AT = 16;
const BELOW_APPLIED = (1 << APPLIED_AT) - 1;

/**
 * One descriptor that a poller watches. `generation` goes through the kernel and back, so that an event that was
 * under way when the descriptor was closed doesn't reach the next one with the same number.
 *
 * There is a registration for every idle connection, and each property of its own takes a word of 8 bytes; so does,
 * once for each instance, having any #private method. Hence all that changes is kept as bits of one number.
 */
export class Registration {
  readonly fd: number;
  readonly generation: number;
  readonly descriptor: IFileDescriptor;
  #state = KEEPS_ALIVE | LIVE | MAY_BE_LOST;

  constructor(fd: number, generation: number, descriptor: IFileDescriptor) {
    this.fd = fd;
    this.generation = generation;
    this.descriptor = descriptor;
  }

  /** What is wanted: READ, WRITE, HANG_UP. */
  get interest(): number {
    return this.#state & INTERESTS;
  }

  set interest(bits: number) {
    this.#state = (this.#state & ~INTERESTS) | bits;
  }

  /** The mask that the kernel has, or OUTSIDE. */
  get applied(): number {
    return (this.#state >> APPLIED_AT) - 1;
  }

  set applied(mask: number) {
    this.#state = (this.#state & BELOW_APPLIED) | ((mask + 1) << APPLIED_AT);
  }

  /** The worst hang-up that was told. */
  get hungUp(): HangUp | undefined {
    if ((this.#state & RESET) !== 0) return 'reset';
    return (this.#state & ENDED) === 0 ? undefined : 'ended';
  }

  set hungUp(how: HangUp | undefined) {
    this.#state &= ~(ENDED | RESET);
    if (how !== undefined) this.#state |= how === 'reset' ? RESET : ENDED;
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
    return (this.#state & CHANGED) !== 0;
  }

  set changed(value: boolean) {
    this.#state = marked(this.#state, CHANGED, value);
  }

  /** HUP or ERR came, which can't be masked: without a reader or writer the descriptor has to leave the set. */
  get over(): boolean {
    return (this.#state & OVER) !== 0;
  }

  set over(value: boolean) {
    this.#state = marked(this.#state, OVER, value);
  }

  /** The reactor's own descriptors are neither listed nor removed by removeAll. */
  get internal(): boolean {
    return (this.#state & INTERNAL) !== 0;
  }

  set internal(value: boolean) {
    this.#state = marked(this.#state, INTERNAL, value);
  }

  /** Whether the process stays alive for this descriptor. */
  get keepsAlive(): boolean {
    return (this.#state & KEEPS_ALIVE) !== 0;
  }

  set keepsAlive(value: boolean) {
    this.#state = marked(this.#state, KEEPS_ALIVE, value);
  }

  /** False once the descriptor left the poller: events for it are dropped. */
  get live(): boolean {
    return (this.#state & LIVE) !== 0;
  }

  set live(value: boolean) {
    this.#state = marked(this.#state, LIVE, value);
  }

  /**
   * False once somebody else has taken care of the descriptor: then a reason that its callback returns comes too
   * late. One that has only removed itself is lost all the same.
   */
  get mayBeLost(): boolean {
    return (this.#state & MAY_BE_LOST) !== 0;
  }

  set mayBeLost(value: boolean) {
    this.#state = marked(this.#state, MAY_BE_LOST, value);
  }
}

function marked(marks: number, bit: number, value: boolean): number {
  return value ? marks | bit : marks & ~bit;
}
