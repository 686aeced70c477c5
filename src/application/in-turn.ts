import { Deferred, maybeDeferred } from '../defer/index.js';
import type { Completion } from '../interfaces/index.js';

/**
 * Calls `step` for each item, and for the next one when what it returned is there. Fires after the last; fails with the first
 * failure, and calls no more then. As long as there is nothing to wait for, all is done inside the call. Items that are
 * added to a Set or an array meanwhile have their turn as well.
 */
export function inTurn<T>(items: Iterable<T>, step: (item: T) => Completion): Deferred<void> {
  const through = new Deferred<void>();
  const iterator = items[Symbol.iterator]();
  const goOn = (): void => {
    // A loop and no recursion as far as steps are through at once: there may be thousands.
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      const { value } = next;
      const stepped = maybeDeferred<unknown>(() => step(value)).addCallbacks(() => true, fail);
      if (!isThrough(stepped, goOn)) return;
    }
    through.callback();
  };
  const fail = (reason: unknown): boolean => {
    through.errback(reason);
    return false;
  };
  goOn();
  return through;
}

/** Whether `stepped` has its result, and it is true. If it has none yet, `later` is called when it has, and is true. */
function isThrough(stepped: Deferred<boolean>, later: () => void): boolean {
  let isLater = false;
  let isNow = false;
  stepped.addCallback((succeeded) => {
    if (!succeeded) return;
    if (isLater) later();
    else isNow = true;
  });
  isLater = true;
  return isNow;
}
