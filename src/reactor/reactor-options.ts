import type { IHostnameResolver } from '../interfaces/index.js';
import type { Driver } from '../libc/index.js';
import type { LoopOptions } from './loop.js';

/** What a {@link Reactor} is made with. */
export interface ReactorOptions {
  /** The driver of the kernel, or the name of one. Default: what HEDDLE_FFI names, or koffi. */
  readonly driver?: Driver | string;
  /** Ready descriptors that one turn takes at most; the rest is left to the next one. Default 32. */
  readonly eventsPerTurn?: number;
  /** A turn takes no more events after so long, in ms. Default 1. */
  readonly turnMs?: number;
  /** A callback that takes longer makes a `slowTurn` event, in ms. Default 100. */
  readonly slowTurnMs?: number;
  /** Looks up the names that connectTCP is given. Default: node:dns. */
  readonly resolver?: IHostnameResolver;
}

const EVENTS_PER_TURN = 32;
const TURN_MS = 1;
const SLOW_TURN_MS = 100;

/** The bounds of a loop's turns, with the defaults put in. Throws a RangeError for one out of its range. */
export function loopLimits(
  options: ReactorOptions,
): Pick<LoopOptions, 'eventsPerTurn' | 'turnMs' | 'slowMs'> {
  const { eventsPerTurn = EVENTS_PER_TURN, turnMs = TURN_MS, slowTurnMs: slowMs = SLOW_TURN_MS } = options;
  if (!Number.isInteger(eventsPerTurn) || eventsPerTurn < 1) {
    throw new RangeError(`eventsPerTurn must be a whole number from 1 on, not ${eventsPerTurn}`);
  }
  if (!(turnMs >= 0)) throw new RangeError(`turnMs must be 0 or more, not ${turnMs}`);
  if (!(slowMs >= 0)) throw new RangeError(`slowTurnMs must be 0 or more, not ${slowMs}`);
  return { eventsPerTurn, turnMs, slowMs };
}
