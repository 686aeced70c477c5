/**
 * A server with 64 descriptors and 1400 clients: whoever has a place keeps it, whoever has none is told at once, nothing spins,
 * nothing leaks, and when the crowd is gone it is as if nothing had been. Twice.
 */
import { readFileSync } from 'node:fs';
import { check, checkAtMost } from './harness/check.js';
import { AskedChild, limitedCommand } from './harness/child.js';
import { until, within } from './harness/deadline.js';
import { Crowd, type EchoClient, slowestEchoMs } from './harness/echo-client.js';
import { descriptors, processorShare, settledDescriptorCount } from './harness/processes.js';
import type { Question, Report } from './servers/echo-server.js';

const LIMIT = 64;
const ANSWER_MS_MAX = 5000;
const QUIET_MS = 1500;

const [server, { port }] = await AskedChild.start<Question, Report>(
  limitedCommand(LIMIT, 'servers/echo-server.ts', 'real'),
);

/** A crowd that arrives while some clients are being served already: how it fares, and how they do meanwhile. */
async function arrive(size: number, served: readonly EchoClient[]): Promise<[Crowd, slowestMs: number]> {
  const crowd = new Crowd(port, size);
  const answered = crowd.answered(ANSWER_MS_MAX);
  let slowest = 0;
  while (served.length > 0 && (await within(0, answered)) === undefined) {
    slowest = Math.max(slowest, await slowestEchoMs(served));
  }
  await answered;
  return [crowd, slowest];
}

async function round(number: number): Promise<void> {
  const say = (what: string): string => `round ${number}, ${what}`;
  const [first] = await arrive(400, []);
  checkAnswered(say('400 clients at once are echoed or closed'), first);
  const { served } = first;
  check(
    say('some of them were served, the others shed'),
    served.length > 0 && first.count('closed') > 0,
    String(first),
  );

  const [more, slowest] = await arrive(1000, served);
  checkAnswered(say('1000 more are echoed or closed while it is full'), more);
  checkAtMost(say('served clients are echoed meanwhile'), slowest, ANSWER_MS_MAX, 'ms');

  checkAtMost(
    say('processor time while full and quiet'),
    await processorShare(server.pid, QUIET_MS),
    10,
    '%',
  );
  checkAtMost(say('served clients are still echoed'), await slowestEchoMs(served), 1000, 'ms');

  const gone = [await first.leave(), await more.leave()];
  check(say('the server lets everybody go'), !gone.includes(false), gone.join(' '));
  const fresh = new Crowd(port, 1);
  await fresh.answered(1000);
  check(
    say('a new client is served within 1 s'),
    fresh.served.length === 1,
    `${fresh.slowestAnswerMs.toFixed(1)} ms`,
  );
  await fresh.leave();
}

function checkAnswered(what: string, crowd: Crowd): void {
  const figure = `${String(crowd)}; the slowest after ${crowd.slowestAnswerMs.toFixed(0)} ms`;
  check(`${what} within 5 s`, crowd.count('waiting') === 0, figure);
}

const [, soft, hard] =
  /^Max open files +(\d+) +(\d+)/m.exec(readFileSync(`/proc/${server.pid}/limits`, 'latin1')) ?? [];
check(
  'the server’s limits, soft and hard',
  Number(soft) === LIMIT && soft === hard,
  `${soft ?? '?'}, ${hard ?? '?'}`,
);
const before = await settledDescriptorCount(server.pid);
await round(1);
await round(2);
await until(() => descriptors(server.pid).size === before, ANSWER_MS_MAX);
const after = descriptors(server.pid).size;
check('no descriptor is leaked', after === before, `${before} before, ${after} after`);

const { counters, events, log } = await server.ask({ report: true });
const counted = counters.accepted + counters.shed + counters.aborted;
check('every client is accounted for', counted === 2 * (400 + 1000 + 1), JSON.stringify(counters));
check('an episode is two lines in the log', log.length === 4, `${log.length} lines of 2 episodes`);
check(
  'and one event each',
  events.descriptorsExhausted === 2 && events.recovered === 2,
  JSON.stringify(events),
);
await server[Symbol.asyncDispose]();
