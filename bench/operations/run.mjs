// A peer that runs an operation in a loop and says what CPU time it took. Arguments: the module that exports the
// operation, its name, and the folder of heddle's build (none where the operation doesn't use heddle). Each line
// "run SECONDS" on standard input is answered by one line of JSON. ../README.md says how an operation is written.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** How long a batch takes at least, so that asking for the time between batches costs next to nothing. */
const BATCH_MS = 5;

const [module, name, build] = process.argv.slice(2);
const operations = await import(pathToFileURL(module).href);
if (typeof operations[name] !== 'function') throw new Error(`${module} has no operation ${name}`);

/** Runs so many operations; may answer a promise. */
const run = await operations[name](importHeddle);
let batch = 1;

/** heddle, or the part of it that package.json names so: `importHeddle('defer')`. */
function importHeddle(part = '.') {
  if (build === undefined) throw new Error('This operation was started without heddle');
  return import(pathToFileURL(`${build}/${part}/index.js`).href);
}

/** Node's loop goes around between batches: what is to be done after operations is paid for as well. */
async function runFor(seconds) {
  const begin = performance.now();
  const before = process.cpuUsage();
  let done = 0;
  let now = begin;
  do {
    const since = now;
    await run(batch);
    done += batch;
    await new Promise((resolve) => setImmediate(resolve));
    now = performance.now();
    if (now - since < BATCH_MS) batch *= 2;
  } while (now - begin < seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return { operations: done, seconds: (now - begin) / 1000, userUs: user, systemUs: system };
}

for await (const request of createInterface({ input: process.stdin })) {
  const [, seconds] = /^run (\S+)$/.exec(request) ?? [];
  if (seconds === undefined) throw new Error(`Unknown request ${request}`);
  process.stdout.write(`${JSON.stringify(await runFor(Number(seconds)))}\n`);
}
process.exit(0);
