import type { Failure } from './failure.js';

let debugging = false;

/** `stackHere`, DebugInfo's method and the Deferred's that called that. */
const FRAMES_OF_OUR_OWN = 3;

/**
 * Whether Deferreds made from now on remember where they were made and fired. It costs a stack trace for
 * each, so it is off unless asked for. Those made before are not changed.
 */
export function setDebugging(enabled: boolean): void {
  debugging = enabled;
}

export function getDebugging(): boolean {
  return debugging;
}

/**
 * What is known about a Deferred beyond its result. Only Deferreds in debug mode, and those that were left
 * with a failure, have one. It never refers to its Deferred, which it outlives.
 */
export class DebugInfo {
  /** The failure at the chain's end that nobody has handled. */
  unhandled: Failure | undefined = undefined;
  /** A failure that the Deferred need not be blamed for any more: a promise carries it on, or it was reported. */
  excused: Failure | undefined = undefined;
  /** True once the Deferred's end is watched. */
  watched = false;
  readonly #created: string | undefined;
  #fired: string | undefined = undefined;

  constructor() {
    this.#created = debugging ? stackHere() : undefined;
  }

  /** Remembers the caller as the place where the Deferred was fired. */
  recordFiring(): void {
    if (debugging) this.#fired = stackHere();
  }

  /** Where the Deferred was made and fired, as far as that is known; several lines, or nothing. */
  describe(): string {
    const created = this.#created === undefined ? '' : `\nDeferred was created:\n${this.#created}`;
    const fired = this.#fired === undefined ? '' : `\nDeferred was fired:\n${this.#fired}`;
    return created + fired;
  }
}

/** The stack above a Deferred's constructor, or from its `callback` or `errback` on: what is below is always the same. */
function stackHere(): string {
  return (new Error().stack ?? '')
    .split('\n')
    .slice(1 + FRAMES_OF_OUR_OWN)
    .join('\n');
}
