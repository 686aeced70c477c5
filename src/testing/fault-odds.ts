import { type ErrnoName, errno } from '../libc/index.js';
import type { LibcCall } from './intercepted-libc.js';
import { Choices } from './simulated/choices.js';

/** How likely each errno is, from 0 (never) to 1 (always); for calls that move bytes also `short`: that they move only some of them. */
export type CallOdds = Readonly<Partial<Record<ErrnoName | 'short', number>>>;

/** The odds of each call. */
export type FaultOdds = Readonly<Partial<Record<LibcCall, CallOdds>>>;

/** What chance makes of a call: an errno, or a share of the bytes that it was asked to move, from 0 to 1. */
export type Mishap = { readonly errno: ErrnoName } | { readonly share: number };

const transfers: readonly string[] = [
  'recv',
  'send',
  'sendmsg',
  'sendfile',
  'read',
  'pread',
  'write',
] satisfies LibcCall[];

/** Faults by chance. One seed makes the same faults of the same calls, in whatever order the calls' names come. */
export class OddsOfFaults {
  readonly #odds: FaultOdds;
  readonly #choices: Choices;

  /** Throws a RangeError for odds that aren't, names that aren't an errno's, and `short` where no bytes are moved. */
  constructor(odds: FaultOdds, seed: number) {
    for (const [call, ofCall] of Object.entries(odds)) requireOdds(call, ofCall);
    this.#odds = odds;
    this.#choices = new Choices(seed);
  }

  /** What happens to the next call of this name; undefined if nothing does. */
  draw(call: LibcCall): Mishap | undefined {
    const odds = this.#odds[call];
    if (odds === undefined) return undefined;
    let drawn = this.#choices.fraction();
    for (const [what, likelihood] of Object.entries(odds)) {
      drawn -= likelihood;
      if (drawn < 0)
        return what === 'short' ? { share: this.#choices.fraction() } : { errno: what as ErrnoName };
    }
    return undefined;
  }
}

function requireOdds(call: string, odds: CallOdds): void {
  let sum = 0;
  for (const [what, likelihood] of Object.entries(odds)) {
    if (what === 'short' && !transfers.includes(call)) throw new RangeError(`${call} moves no bytes`);
    if (what !== 'short' && !Object.hasOwn(errno, what)) throw new RangeError(`There is no errno ${what}`);
    if (!(likelihood >= 0 && likelihood <= 1))
      throw new RangeError(`Odds are from 0 to 1, not ${likelihood}`);
    sum += likelihood;
  }
  // Tenths don't add up exactly.
  if (sum > 1 + Number.EPSILON * 8) throw new RangeError(`The odds of ${call} are more than 1 together`);
}
