// Imported, for the global is a getter that costs 6 ns a call.
import { Buffer } from 'node:buffer';
import type { IFileDescriptor, IFlushable, ITurn } from '../interfaces/index.js';
import type { IHostLoop } from '../libc/index.js';
import { prefixOf } from './dispatch.js';
import type { TurnProgress } from './poller.js';

/**
 * One recv takes at most this much. Four times Twisted's bufferSize, since what a stream costs is its calls: with 64 KiB a MiB
 * that comes in cost 620 us of CPU, with 128 KiB 490, with 256 KiB 400 (Node 20, loopback).
 */
const SLAB_BYTES = 262_144;

/**
 * Small messages are copied through views of the slab that are kept, one for each length: making one costs more than
 * copying 64 bytes does (measured on Node 20: 88 ns with Buffer.copy, which makes a view each time, 48 ns with one that is kept).
 */
const VIEW_BYTES_MAX = 512;

/** What is queued by flushing is flushed in the same turn, so often; then it waits for the next one. */
const FLUSH_ROUNDS_MAX = 4;

export interface TurnLimits {
  /** A turn stops dispatching after so long. */
  readonly turnMs: number;
  /** A callback that takes so long is told of. */
  readonly slowMs: number;
}

/** A callback that took too long. */
export interface SlowCallback {
  /** What was at work: a descriptor's logPrefix or a timer's text. */
  readonly what: string;
  /** How long it took. */
  readonly durationMs: number;
}

/**
 * What belongs to the turn that is running: its time, the buffer to read into, and who has output to be flushed at
 * its end. Reading the clock once after each callback serves both the bound and the search for slow callbacks.
 */
export class Turn implements ITurn, TurnProgress {
  #slab: Buffer;
  /** By their lengths. */
  #views: (Buffer | undefined)[] = [];
  readonly #host: IHostLoop;
  readonly #limits: TurnLimits;
  readonly #onSlow: (slow: SlowCallback) => void;
  #running = false;
  #idle = true;
  #deadline = 0;
  #last = 0;
  #flushables: IFlushable[] = [];

  constructor(host: IHostLoop, limits: TurnLimits, onSlow: (slow: SlowCallback) => void) {
    this.#host = host;
    this.#limits = limits;
    this.#onSlow = onSlow;
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  }

  get slab(): Buffer {
    return this.#slab;
  }

  /** True while callbacks are being called; false between turns. */
  get running(): boolean {
    return this.#running;
  }

  /** Whether nothing but descriptors has been called in this turn. */
  get idle(): boolean {
    return this.#idle;
  }

  /** Whether somebody waits to be flushed. */
  get hasOutput(): boolean {
    return this.#flushables.length > 0;
  }

  copyOfSlab(length: number): Buffer {
    const copy = Buffer.allocUnsafe(length);
    if (length > VIEW_BYTES_MAX) this.#slab.copy(copy, 0, 0, length);
    else copy.set(this.#view(length));
    return copy;
  }

  replaceSlab(): void {
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#views = [];
  }

  flushAtEnd(flushable: IFlushable): void {
    this.#flushables.push(flushable);
    if (!this.#running) this.#host.requestFlush();
  }

  expired(): boolean {
    return this.#host.now() > this.#deadline;
  }

  /** A turn begins at this time of the host loop. */
  begin(now: number): void {
    this.#running = true;
    this.#idle = true;
    this.#last = now;
    this.#deadline = now + this.#limits.turnMs;
  }

  waited(): void {
    this.begin(this.#host.now());
  }

  end(): void {
    this.#running = false;
  }

  ran(descriptor: IFileDescriptor): boolean {
    const now = this.#host.now();
    if (now - this.#last > this.#limits.slowMs) {
      this.#onSlow({ what: prefixOf(descriptor), durationMs: now - this.#last });
    }
    this.#last = now;
    return now > this.#deadline;
  }

  /** As `ran`, for what isn't a descriptor's callback: timers, calls of callFromThread. */
  called(what: { toString(): string }): void {
    this.#idle = false;
    const now = this.#host.now();
    if (now - this.#last > this.#limits.slowMs) {
      this.#onSlow({ what: what.toString(), durationMs: now - this.#last });
    }
    this.#last = now;
  }

  /** Flushes what asked for it. True if flushing has made more to flush than one turn should do. */
  flush(): boolean {
    for (let round = 0; round < FLUSH_ROUNDS_MAX && this.#flushables.length > 0; round += 1) {
      const flushables = this.#flushables;
      this.#flushables = [];
      for (const flushable of flushables) flushable.flush();
    }
    return this.#flushables.length > 0;
  }

  #view(length: number): Buffer {
    return (this.#views[length] ??= this.#slab.subarray(0, length));
  }
}
