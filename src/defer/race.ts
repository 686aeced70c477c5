import { cancelAll } from './cancel-all.js';
import { Deferred } from './deferred.js';
import { FailureGroup } from './errors.js';
import type { Failure } from './failure.js';

/**
 * Fires with `[index, result]` of the first Deferred that has a result, and cancels the others, whose results
 * are dropped from then on. If all fail it fails with a FailureGroup. Cancelling it cancels all. Without any
 * Deferred it fails at once with a RangeError (Twisted's would wait forever). Twisted: `race`.
 */
export function race<T>(deferreds: Iterable<Deferred<T>>): Deferred<[index: number, result: T]> {
  const runners = [...deferreds];
  const failures: Failure[] = [];
  const finish = new Deferred<[index: number, result: T]>(() => {
    cancelAll(runners);
  });
  if (runners.length === 0) finish.errback(new RangeError('race() needs at least one Deferred'));

  for (const [index, runner] of runners.entries()) {
    runner.addCallbacks(
      (result) => {
        if (finish.called) return;
        finish.callback([index, result]);
        cancelAll(runners);
      },
      (failure) => {
        failures.push(failure);
        if (!finish.called && failures.length === runners.length) finish.errback(new FailureGroup(failures));
      },
    );
  }
  return finish;
}
