// How late timers fire in a process that does nothing else: a hundred thousand are pending, and come due one after
// the other within a few seconds. Arguments: heddle or node, the folder of heddle's build (empty for node), how many, within how
// many seconds. Prints one line of JSON: lateness in ms, and how many fired before one that was due earlier.
import { pathToFileURL } from 'node:url';

const [peer, build, countText, secondsText] = process.argv.slice(2);
const count = Number(countText);
const spreadMs = Number(secondsText) * 1000;
/** Between setting the first timer and the first that is due: setting all must be over by then. */
const LEAD_MS = 1000;

/** Sets a timer that calls f(i) after so many ms, and answers when it is due. */
const set = peer === 'heddle' ? await heddleTimers() : nodeTimer;

async function heddleTimers() {
  const { getReactor } = await import(pathToFileURL(`${build}/index.js`).href);
  const reactor = getReactor();
  // The reactor's clock is performance.now().
  return (delayMs, f, i) => reactor.callLater(delayMs / 1000, f, i).getTime() * 1000;
}

function nodeTimer(delayMs, f, i) {
  const now = performance.now();
  setTimeout(f, delayMs, i);
  return now + delayMs;
}

// The same times for everybody, in no order: multiples of a number that has no divisor in common with `count`.
const due = new Float64Array(count);
const late = new Float64Array(count);
let fired = 0;
let latestDue = 0;
let outOfOrder = 0;

function fire(i) {
  late[fired] = performance.now() - due[i];
  if (due[i] < latestDue) outOfOrder += 1;
  latestDue = Math.max(latestDue, due[i]);
  fired += 1;
  if (fired === count) report();
}

function report() {
  const { user, system } = process.cpuUsage();
  late.sort();
  const at = (share) => late[Math.min(count - 1, Math.floor(count * share))];
  const answer = { p50: at(0.5), p99: at(0.99), max: late[count - 1], min: late[0], outOfOrder };
  process.stdout.write(`${JSON.stringify({ ...answer, cpuMs: (user + system) / 1000 })}\n`, () =>
    process.exit(0),
  );
}

const begin = performance.now();
for (let i = 0; i < count; i += 1) {
  const wanted = begin + LEAD_MS + (((i * 7919) % count) / count) * spreadMs;
  due[i] = set(wanted - performance.now(), fire, i);
}
