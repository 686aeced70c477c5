// How the harness talks with a server of JavaScript: the server says "port N" once it listens and answers each
// request on its standard input with one line of JSON. ../c/server.c, control.py and ../go/echo.go answer to the same words.
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

/**
 * Announces the port, answers requests, and ends the process when standard input ends. What `bytesRead` answers is told with the
 * usage.
 */
export function announce(port, bytesRead) {
  const answers = {
    usage: () => ({ ...usage(), bytesRead: bytesRead?.() }),
    gc: collectGarbage,
  };
  const requests = createInterface({ input: process.stdin });
  requests.on('line', (request) => {
    const answer = answers[request];
    if (answer === undefined) throw new Error(`Unknown request ${request}`);
    process.stdout.write(`${JSON.stringify(answer())}\n`);
  });
  requests.on('close', () => process.exit(0));
  process.stdout.write(`port ${port}\n`);
}
