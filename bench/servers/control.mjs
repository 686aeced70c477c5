// How the harness talks with a server of JavaScript: the server says "port N" once it listens and answers each
// request on its standard input with one line of JSON. ../c/epoll-echo.c answers to the same words.
import { createInterface } from 'node:readline';

/** Times are in microseconds of this whole process, all its threads together; memory is in bytes. */
function usage() {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { userUs: user, systemUs: system, rss, heap: heapUsed + external };
}

/** Twice: what the first collection's finalizers let go of, the second one frees. */
function collectGarbage() {
  if (globalThis.gc === undefined) throw new Error('The request gc needs node --expose-gc');
  globalThis.gc();
  globalThis.gc();
  return {};
}

const ANSWERS = new Map([
  ['usage', usage],
  ['gc', collectGarbage],
]);

/** Announces the port, answers requests, and ends the process when standard input ends. */
export function announce(port) {
  const requests = createInterface({ input: process.stdin });
  requests.on('line', (request) => {
    const answer = ANSWERS.get(request);
    if (answer === undefined) throw new Error(`Unknown request ${request}`);
    process.stdout.write(`${JSON.stringify(answer())}\n`);
  });
  requests.on('close', () => process.exit(0));
  process.stdout.write(`port ${port}\n`);
}
