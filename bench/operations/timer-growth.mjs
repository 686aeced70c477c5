// What timers cost as they become many, in a process that does nothing else. Arguments: heddle or node, the folder of
// heddle's build (empty for node), how many are pending. Each line "run SECONDS" on standard input is answered by one line
// of JSON: the CPU time in ns that it took to schedule one, to cancel one, and to fire one.
//
// All are set and all cancelled, the oldest first, again and again. Then all are set, the thread sleeps until the last is due,
// and the loop fires them, one after the other and with no wait between them. Garbage is collected before, outside the time that is
// measured, so that no step pays for what another one left.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [peer, build, countText] = process.argv.slice(2);
const count = Number(countText);

/** Delays are whole numbers of ms up to this: Node keeps a list for each that is in use, and has so many lists then. */
const LONGEST_MS = 50;
/** Beyond the longest delay, so that the last timer is due when the loop goes on: Node rounds. */
const ROUNDED_MS = 3;
/** Few timers are set and cancelled so often that there are so many in all: what V8 does beside them is little then. */
const SET_MIN = 100_000;
/** The collector's threads may go on for a moment after a collection. */
const SETTLE_MS = 20;

/** The same delays for both, in no order: multiples of a number that has no divisor in common with their count. */
const delays = Uint32Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % LONGEST_MS));
const timers = new Array(count);

const { set, cancel } = peer === 'heddle' ? await heddleTimers() : nodeTimers();

async function heddleTimers() {
  const { getReactor } = await import(pathToFileURL(`${build}/index.js`).href);
  const reactor = getReactor();
  return { set: (ms, f) => reactor.callLater(ms / 1000, f), cancel: (timer) => timer.cancel() };
}

function nodeTimers() {
  return { set: (ms, f) => setTimeout(f, ms), cancel: clearTimeout };
}

let left = 0;
let allFired;
function fire() {
  left -= 1;
  if (left === 0) allFired();
}

function setAll() {
  for (let i = 0; i < count; i += 1) timers[i] = set(delays[i], fire);
}

function cancelAll() {
  for (let i = 0; i < count; i += 1) cancel(timers[i]);
}

function fireAll() {
  left = count;
  return new Promise((resolve) => (allFired = resolve));
}

const never = new Int32Array(new SharedArrayBuffer(4));
const sleep = (ms) => Atomics.wait(never, 0, 0, ms);

/** Adds the CPU time of what `run` does to the step's, in us. */
async function charge(step, run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  step.us += user + system;
  step.timers += count;
}

function collect() {
  globalThis.gc();
  sleep(SETTLE_MS);
}

async function runFor(seconds) {
  const end = performance.now() + seconds * 1000;
  const schedule = { us: 0, timers: 0 };
  const cancelling = { us: 0, timers: 0 };
  const firing = { us: 0, timers: 0 };
  do {
    collect();
    for (let done = 0; done < SET_MIN; done += count) {
      await charge(schedule, setAll);
      await charge(cancelling, cancelAll);
    }
    collect();
    setAll();
    sleep(LONGEST_MS + ROUNDED_MS);
    await charge(firing, fireAll);
  } while (performance.now() < end);
  const ns = ({ us, timers }) => (us * 1000) / timers;
  return { schedule: ns(schedule), cancel: ns(cancelling), fire: ns(firing) };
}

for await (const request of createInterface({ input: process.stdin })) {
  const [, seconds] = /^run (\S+)$/.exec(request) ?? [];
  if (seconds === undefined) throw new Error(`Unknown request ${request}`);
  process.stdout.write(`${JSON.stringify(await runFor(Number(seconds)))}\n`);
}
process.exit(0);
