import type { Failure } from './failure.js';

/** A class whose constructor is on the stack. */
type AnyClass = abstract new (...args: never[]) => unknown;

let debugging = false;

/** `recordFiring`, and the Deferred's method that calls it. */
const FRAMES_OF_OUR_OWN = 2;

/**
 * Whether Deferreds made from now on remember where they were made and fired. It costs a stack trace for
 * each, so it is off unless asked for. Those made before are not changed.
 */
export function setDebugging(enabled: boolean): void {
  debugging = enabled;
}

/** Whether Deferreds that are made now remember where they were made and fired. */
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

  /** In debug mode it remembers the caller of `made`, the class whose constructor calls this, if there is one. */
  constructor(made: AnyClass | undefined) {
    this.#created = debugging && made !== undefined ? stackAbove(made) : undefined;
  }

  /** Remembers, in debug mode, the place where the Deferred is being fired. */
  recordFiring(): void {
    if (debugging) this.#fired = framesOf(new Error().stack, FRAMES_OF_OUR_OWN);
  }

  /** Where the Deferred was made and fired, as far as that is known; several lines, or nothing. */
  describe(): string {
    const created = this.#created === undefined ? '' : `\nDeferred was created:\n${this.#created}`;
    const fired = this.#fired === undefined ? '' : `\nDeferred was fired:\n${this.#fired}`;
    return created + fired;
  }
}

/** The stack from the place on where `made` was called, however many constructors of its base classes are on it. */
function stackAbove(made: AnyClass): string {
  const holder = { stack: '' };
  Error.captureStackTrace(holder, made);
  return framesOf(holder.stack, 0);
}

function framesOf(stack: string | undefined, skipped: number): string {
  return (stack ?? '')
    .split('\n')
    .slice(1 + skipped)
    .join('\n');
}
