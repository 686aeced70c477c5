// Deferreds beside native promises: create one, add a callback, fire it. For a promise that is `new Promise`, `then`
// and `resolve`; its callback runs in a microtask of its own, a Deferred's inside the firing. The callback is one
// function for all, so that its cost is small and the same for both.

import { AsyncLocalStorage } from 'node:async_hooks';

/** How many wait at once where they are made together. */
const TOGETHER = 10_000;

let seen = 0;
const note = (n) => {
  seen += n;
  return seen;
};

/** Many are made, then all are fired; what they were is garbage then. */
export async function deferredsTogether(importHeddle) {
  const { Deferred } = await importHeddle('defer');
  return inGroups((group, size) => {
    for (let i = 0; i < size; i += 1) {
      const deferred = new Deferred();
      deferred.addCallback(note);
      group[i] = deferred;
    }
    for (let i = 0; i < size; i += 1) group[i].callback(1);
  });
}

export function promisesTogether() {
  return inGroups((group, size) => {
    for (let i = 0; i < size; i += 1) {
      const promise = new Promise((resolve) => (group[i] = resolve));
      void promise.then(note);
    }
    for (let i = 0; i < size; i += 1) group[i](1);
  });
}

/** Each is made, fired, and has called its callback before the next is made. */
export async function deferredsOneByOne(importHeddle) {
  const { Deferred } = await importHeddle('defer');
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      const deferred = new Deferred();
      deferred.addCallback(note);
      deferred.callback(1);
    }
  };
}

export function promisesOneByOne() {
  return async (count) => {
    for (let i = 0; i < count; i += 1) {
      let fire;
      const promise = new Promise((resolve) => (fire = resolve));
      const noted = promise.then(note);
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

/** The same one by one, with a callback that keeps the context it was added in: where no store is in use, and in one. */
export async function contextsKept(importHeddle) {
  const { Deferred, keepContext } = await importHeddle('defer');
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      const deferred = new Deferred();
      deferred.addCallback(keepContext(note));
      deferred.callback(1);
    }
  };
}

export async function contextsKeptInStore(importHeddle) {
  return inStore(await contextsKept(importHeddle));
}

/** What a promise's `then` does anyway. */
export function promisesInStore() {
  return inStore(promisesOneByOne());
}

function inStore(run) {
  const store = new AsyncLocalStorage();
  return (count) => store.run({ request: 1 }, run, count);
}

/** Calls `run` with arrays for groups, and lets the promises' callbacks run before the next. */
function inGroups(run) {
  return async (count) => {
    for (let left = count; left > 0; left -= TOGETHER) {
      const size = Math.min(left, TOGETHER);
      run(new Array(size), size);
      await undefined;
    }
  };
}
