import { AsyncResource } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { clearImmediate, setImmediate } from 'node:timers';
import type { ReadableWatch, WatchReadable } from './foreign-functions.js';
import type { IHostLoop } from './host-loop.js';

/**
 * Node's own loop as the host.
 *
 * Facts (found by experiment on Node 20 to 26):
 *  - A turn needs a callback scope of Node's: there it has a clean async context, what it throws is an uncaughtException, and
 *    microtasks run after it. libuv's poll callback has none (see koffi.ts), so it only leaves a note, and a turn runs
 *    in the check phase that follows, by setImmediate.
 *  - An immediate that is unref'd doesn't keep the loop from sleeping, and is called when the loop has been woken, whatever
 *    by. So there is one at all times; whether it has to do a turn, the note tells, or `requestTurn`, which refs it.
 *  - setImmediate, setTimeout and nextTick call back in the async context of whoever asked. Who asks for a turn
 *    from inside a request of his must not lend the request's context to all connections, hence `scope`.
 *  - setTimeout counts whole milliseconds and fires up to 0.7 ms early even when rounded up, so what fires early is
 *    set again for the rest.
 *  - setTimeout and clearTimeout cost about 0.7 us together. So a time that moves later is left to fire early, too:
 *    times that are pushed back all the time cost nothing.
 */

/** The longest delay that setTimeout takes; a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The context in which this module was loaded: the program's own. */
const scope = new AsyncResource('heddle.NodeHostLoop');

const nothing = (): void => undefined;

export class NodeHostLoop implements IHostLoop {
  readonly #watchReadable: WatchReadable;
  #watch: ReadableWatch | undefined;
  #turn: () => void = nothing;
  #flush: () => void = nothing;
  /** Called in the next check phase of Node's loop. */
  #round: NodeJS.Immediate | undefined;
  #turnPending = false;
  #flushPending = false;
  #timeout: NodeJS.Timeout | undefined;
  /** When the time-out is due, and when the turn is: never later than it was last asked for. */
  #timeoutAt = Infinity;
  #wakeAt = Infinity;
  #closed = false;

  constructor(watchReadable: WatchReadable) {
    this.#watchReadable = watchReadable;
  }

  now(): number {
    return performance.now();
  }

  start(fd: number, turn: () => void, flush: () => void): void {
    this.#watch = this.#watchReadable(fd);
    this.#watch.unref();
    this.#turn = turn;
    this.#flush = flush;
    scope.runInAsyncScope(this.#awaitRound);
    if (this.#turnPending) this.#round?.ref();
  }

  requestTurn(): void {
    if (this.#turnPending || this.#closed) return;
    this.#turnPending = true;
    this.#round?.ref();
  }

  requestFlush(): void {
    if (this.#flushPending || this.#closed) return;
    this.#flushPending = true;
    process.nextTick(this.#runFlush);
  }

  wakeAt(timeMs: number | undefined): void {
    if (this.#closed) return;
    if (timeMs === undefined) {
      this.#disarm();
    } else {
      this.#wakeAt = timeMs;
      if (timeMs < this.#timeoutAt) this.#arm();
    }
  }

  ref(): void {
    this.#watch?.ref();
  }

  unref(): void {
    this.#watch?.unref();
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
    clearImmediate(this.#round);
    this.#watch?.close();
    this.#watch = undefined;
    this.#turn = nothing;
    this.#flush = nothing;
  }

  #arm(): void {
    const delay = Math.ceil(this.#wakeAt - this.now());
    if (delay <= 0) {
      // Node's shortest time-out takes a millisecond, so what is due already gets its turn the other way.
      this.#disarm();
      this.requestTurn();
      return;
    }
    clearTimeout(this.#timeout);
    this.#timeoutAt = this.#wakeAt;
    this.#timeout = setTimeout(this.#onTimeout, Math.min(delay, LONGEST_MS));
  }

  #disarm(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#timeoutAt = Infinity;
    this.#wakeAt = Infinity;
  }

  readonly #awaitRound = (): void => {
    this.#round = setImmediate(this.#onRound).unref();
  };

  readonly #onRound = (): void => {
    // First, so that what the turn does with its context isn't handed on.
    this.#awaitRound();
    const readable = this.#watch?.takeReadiness() === true;
    if (!readable && !this.#turnPending) return;
    this.#turnPending = false;
    this.#turn();
  };

  readonly #runFlush = (): void => {
    this.#flushPending = false;
    scope.runInAsyncScope(this.#flush);
  };

  readonly #onTimeout = (): void => {
    if (this.now() < this.#wakeAt) {
      this.#arm();
      return;
    }
    this.#disarm();
    scope.runInAsyncScope(this.#turn);
  };
}
