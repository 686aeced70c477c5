import type { IHostLoop, Libc } from '../../src/libc/index.js';

/** poll(2): there is something to read. */
const POLLIN = 1;
const POLLFD_BYTES = 8;

/**
 * A host loop that the test drives, over the real kernel: nothing happens but in `step`, and when there is nothing to do
 * but wait for a timer, its time jumps there. So a back-off of seconds takes no time, and no turn depends on how fast
 * the machine is.
 */
export class AutoJumpLoop implements IHostLoop {
  readonly #libc: Libc;
  readonly #pollfd = Buffer.alloc(POLLFD_BYTES);
  #now = 0;
  #turn: () => void = () => {};
  #flush: () => void = () => {};
  #turnWanted = false;
  #flushWanted = false;
  #wakeAt: number | undefined;
  #closed = false;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  now(): number {
    return this.#now;
  }

  start(fd: number, turn: () => void, flush: () => void): void {
    this.#pollfd.writeInt32LE(fd, 0);
    this.#pollfd.writeInt16LE(POLLIN, 4);
    this.#turn = turn;
    this.#flush = flush;
  }

  requestTurn(): void {
    this.#turnWanted = true;
  }

  requestFlush(): void {
    this.#flushWanted = true;
  }

  wakeAt(timeMs: number | undefined): void {
    this.#wakeAt = timeMs;
  }

  ref(): void {
    // The test decides how long it lives.
  }

  unref(): void {
    // The same.
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * A flush and a turn, if there is anything to do, waiting up to `waitMs` (of real time) for the kernel, then jumping to the next
   * timer if that isn't later than `untilMs`. False if there was nothing to do.
   */
  step(untilMs: number, waitMs: number): boolean {
    if (this.#closed) return false;
    const flushed = this.#flushWanted;
    this.#flushWanted = false;
    if (flushed) this.#flush();
    const ready = this.#turnWanted || this.#isReadable(0) || (!flushed && this.#isReadable(waitMs));
    if (!ready && !this.#jump(untilMs)) return flushed;
    this.#turnWanted = false;
    this.#turn();
    return true;
  }

  #jump(untilMs: number): boolean {
    if (this.#wakeAt === undefined || this.#wakeAt > untilMs) return false;
    this.#now = Math.max(this.#now, this.#wakeAt);
    return true;
  }

  #isReadable(waitMs: number): boolean {
    return !this.#closed && this.#libc.poll(this.#pollfd, 1, waitMs) > 0;
  }
}
