/**
 * Failures that nobody handled.
 *
 * A Deferred that ends with a failure may still get an errback later, so it is at fault only when nobody can
 * reach it any more. JavaScript tells that late (after a garbage collection) and gives no promise to tell it at
 * all; what must know at once, such as a test's end, calls `flushUnhandledErrors`. Whoever is told first, each
 * failure is told once.
 */
import type { DebugInfo } from './debug-info.js';
import type { Failure } from './failure.js';

/**
 * Is told of a failure that nobody handled. `origin` says where the Deferred was made and fired if it was made
 * in debug mode, else it is empty.
 */
export type UnhandledErrorReporter = (failure: Failure, origin: string) => void;

const reportToConsole: UnhandledErrorReporter = (failure, origin) => {
  console.error(`Unhandled error in Deferred:${origin}\n${failure.getTraceback()}`);
};

let reporter = reportToConsole;
const outstanding = new Set<DebugInfo>();
/** What the reporter was told already: it may pass through further Deferreds, but it isn't told again. */
const reported = new WeakSet<Failure>();
const registry = new FinalizationRegistry<DebugInfo>((info) => {
  const failure = info.unhandled;
  if (failure === undefined) return;
  forgetUnhandled(info);
  if (!reported.has(failure)) reportError(failure, info.describe());
});

/** Makes `report` the one that is told; without an argument the console is. Returns the one before. */
export function setUnhandledErrorReporter(
  report: UnhandledErrorReporter = reportToConsole,
): UnhandledErrorReporter {
  const before = reporter;
  reporter = report;
  return before;
}

/** Tells the reporter of a failure that nobody else is going to be told of. */
export function reportError(failure: Failure, origin = ''): void {
  reported.add(failure);
  reporter(failure, origin);
}

/**
 * The failures of all Deferreds that end with one at this moment, reachable or not; from now on they count as
 * reported. Failures that the reporter was already told are not among them.
 */
export function flushUnhandledErrors(): Failure[] {
  const failures: Failure[] = [];
  for (const info of outstanding) {
    if (info.unhandled !== undefined && !reported.has(info.unhandled)) failures.push(info.unhandled);
    info.excused = info.unhandled;
    info.unhandled = undefined;
  }
  outstanding.clear();
  return failures;
}

/** `owner`'s chain ends with `failure`: it is to be reported if that is still so when `owner` is gone. */
export function watchUnhandled(owner: object, info: DebugInfo, failure: Failure): void {
  if (info.excused === failure) {
    forgetUnhandled(info);
    return;
  }
  info.unhandled = failure;
  outstanding.add(info);
  if (info.watched) return;
  info.watched = true;
  registry.register(owner, info);
}

/** The failure was handled, or passed on to somebody else. */
export function forgetUnhandled(info: DebugInfo): void {
  if (info.unhandled === undefined) return;
  info.unhandled = undefined;
  outstanding.delete(info);
}
