// Deferreds beside native promises: create one, add a callback, fire it. For a promise that is `new Promise`, `then`
// and `resolve`; its callback runs in a microtask of its own, a Deferred's inside the firing.

/** How many are waiting at once where they are made together. */
const TOGETHER = 1000;

let seen = 0;
/** A function of its own for each, as in programs: closures are part of what callbacks cost. */
const noting = () => (n) => {
  seen += n;
  return seen;
};

/** A thousand are made, then all are fired; what they were is garbage then. */
export async function deferredsTogether(importHeddle) {
  const { Deferred } = await importHeddle('defer');
  return inGroups(
    () => {
      const deferred = new Deferred();
      deferred.addCallback(noting());
      return deferred;
    },
    (deferred) => deferred.callback(1),
  );
}

export function promisesTogether() {
  return inGroups(
    () => {
      let fire;
      const promise = new Promise((resolve) => (fire = resolve));
      void promise.then(noting());
      return fire;
    },
    (fire) => fire(1),
  );
}

/** Each is made, fired, and has called its callback before the next is made. */
export async function deferredsOneByOne(importHeddle) {
  const { Deferred } = await importHeddle('defer');
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      const deferred = new Deferred();
      deferred.addCallback(noting());
      deferred.callback(1);
    }
  };
}

export function promisesOneByOne() {
  return async (count) => {
    for (let i = 0; i < count; i += 1) {
      let fire;
      const promise = new Promise((resolve) => (fire = resolve));
      const noted = promise.then(noting());
      fire(1);
      await noted;
    }
  };
}

/** What a user pays who awaits: a Deferred is no native promise, so `await` asks it for one. */
export async function deferredsAwaited(importHeddle) {
  const { Deferred } = await importHeddle('defer');
  return async (count) => {
    for (let i = 0; i < count; i += 1) {
      const deferred = new Deferred();
      queueMicrotask(() => deferred.callback(1));
      seen += await deferred;
    }
  };
}

export function promisesAwaited() {
  return async (count) => {
    for (let i = 0; i < count; i += 1) {
      let fire;
      const promise = new Promise((resolve) => (fire = resolve));
      queueMicrotask(() => fire(1));
      seen += await promise;
    }
  };
}

function inGroups(make, fire) {
  return async (count) => {
    for (let left = count; left > 0; left -= TOGETHER) {
      const group = [];
      for (let i = Math.min(left, TOGETHER); i > 0; i -= 1) group.push(make());
      for (const each of group) fire(each);
      // The promises' callbacks run now.
      await undefined;
    }
  };
}
