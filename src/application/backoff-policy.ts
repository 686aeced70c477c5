/** After so many failures the wait doesn't grow any more. */
const ATTEMPTS_MAX = 100;

/** How long to wait, in seconds, after so many failed attempts in a row; 1 after the first. */
export type RetryPolicy = (failedAttempts: number) => number;

/** How {@link backoffPolicy} spaces attempts. */
export interface BackoffPolicyOptions {
  /** In seconds. Default 1. */
  readonly initialDelay?: number;
  /** In seconds; the jitter comes on top of it. Default 60. */
  readonly maxDelay?: number;
  /** What the delay is multiplied by with each failure. Default 1.5. */
  readonly factor?: number;
  /** Seconds that are added, so that many clients don't come back at the same moment. Default: at random from 0 to 1. */
  readonly jitter?: () => number;
}

/**
 * Waits that grow: `initialDelay * factor ** failedAttempts`, at most `maxDelay`, and the jitter.
 * Throws a RangeError for a delay or factor that is negative or not a number. Twisted: `backoffPolicy`.
 */
export function backoffPolicy(options: BackoffPolicyOptions = {}): RetryPolicy {
  const { initialDelay = 1, maxDelay = 60, factor = 1.5, jitter = Math.random } = options;
  for (const [name, value] of Object.entries({ initialDelay, maxDelay, factor })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, not ${value}`);
  }
  return (failedAttempts) => {
    const growth = Math.min(factor ** Math.min(ATTEMPTS_MAX, failedAttempts), Number.MAX_VALUE);
    const grown = initialDelay * growth;
    return Math.min(grown, maxDelay) + jitter();
  };
}
