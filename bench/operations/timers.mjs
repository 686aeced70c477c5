// Timers as servers have them: time-outs that are set and taken back long before they are due. The delays differ a
// little, as they do where each connection has been heard of at another time.

/** How many are pending at once where they are set together. */
const TOGETHER = 10_000;
const SECONDS = [30, 30.5, 31, 60];

const nothing = () => {};

/** Each is cancelled before the next is set. */
export async function callLaterOneByOne(importHeddle) {
  const { getReactor } = await importHeddle();
  const reactor = getReactor();
  return (count) => {
    for (let i = 0; i < count; i += 1) reactor.callLater(SECONDS[i & 3], nothing).cancel();
  };
}

export function setTimeoutOneByOne() {
  return (count) => {
    for (let i = 0; i < count; i += 1) clearTimeout(setTimeout(nothing, SECONDS[i & 3] * 1000));
  };
}

/** Many are set, then all are cancelled, the oldest first. */
export async function callLaterTogether(importHeddle) {
  const { getReactor } = await importHeddle();
  const reactor = getReactor();
  return inGroups((group, size) => {
    for (let i = 0; i < size; i += 1) group[i] = reactor.callLater(SECONDS[i & 3], nothing);
    for (let i = 0; i < size; i += 1) group[i].cancel();
  });
}

export function setTimeoutTogether() {
  return inGroups((group, size) => {
    for (let i = 0; i < size; i += 1) group[i] = setTimeout(nothing, SECONDS[i & 3] * 1000);
    for (let i = 0; i < size; i += 1) clearTimeout(group[i]);
  });
}

function inGroups(run) {
  const group = new Array(TOGETHER);
  return (count) => {
    for (let done = 0; done < count; done += TOGETHER) run(group, Math.min(TOGETHER, count - done));
  };
}
