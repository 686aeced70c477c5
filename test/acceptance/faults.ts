/**
 * The same server, with something else going wrong while it is full: the descriptor that its reservation gives up is stolen,
 * can't be had again, or there is none; or accept fails for a reason that no reservation helps with. Nothing may
 * spin, nobody may wait for long once there is a way to be answered, and the log must not be flooded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { check, checkAtMost } from './harness/check.js';
import { AskedChild, command, limited } from './harness/child.js';
import { Crowd, slowestEchoMs } from './harness/echo-client.js';
import { processorShare } from './harness/processes.js';
import type { Fault, Question, Report } from './servers/echo-server.js';

type Server = AskedChild<Question, Report>;

const LIMIT = 64;
const QUIET_MS = 1200;
/** From the end of a fault, or a descriptor's coming free, until everybody who waited is answered. */
const ANSWER_MS_MAX = 1000;

function startServer(reservation: 'real' | 'null'): Promise<[Server, Report]> {
  return AskedChild.start(limited(LIMIT, command('servers/echo-server.ts', reservation)));
}

/** A crowd, most of which is answered at once if anybody is, and more clients a little later. */
async function arrive(port: number): Promise<readonly [Crowd, Crowd]> {
  const early = new Crowd(port, 80);
  await early.answered(300);
  const late = new Crowd(port, 20);
  await late.answered(300);
  return [early, late];
}

/** A full server whose reservation is lost by a fault. */
async function reservationLost(name: string, fault: Fault): Promise<void> {
  const [server, { port }] = await startServer('real');
  await using _ = server;
  await server.ask({ fault });
  const crowds = await arrive(port);
  const [early, late] = crowds;
  const { available } = await server.ask({ report: true });
  check(`${name}: the reservation is lost, and some clients wait`, !available && late.count('waiting') > 0, `${String(early)}; ${String(late)}`);
  await checkCalm(name, server, crowds);

  // A descriptor comes free: the stolen one, and where none was stolen, that of a client who leaves.
  await server.ask({ mend: true });
  if (fault === 'eventfd fails') early.served[0]?.leave();
  await checkAnswered(name, crowds);
  await checkHeld(name, server);
  for (const crowd of crowds) await crowd.leave();
  await checkService(name, port);
  checkEpisodes(name, await server.ask({ report: true }), fault === 'eventfd fails' ? 3 : 1);
}

/** A full server that has no reservation: clients wait until there is a place for them. */
async function noReservation(): Promise<void> {
  const name = 'null reservation';
  const [server, { port }] = await startServer('null');
  await using _ = server;
  const crowds = await arrive(port);
  await checkCalm(name, server, crowds);
  // One wave after the other leaves; each makes room for the next.
  let waves = 0;
  let slowestMs = 0;
  for (; crowds.some((crowd) => crowd.count('waiting') > 0) && waves < 20; waves += 1) {
    const leaving = crowds.flatMap((crowd) => crowd.served);
    const waiting = crowds.reduce((sum, crowd) => sum + crowd.count('waiting'), 0);
    const since = performance.now();
    for (const client of leaving) client.leave();
    while (waiting - crowds.reduce((sum, crowd) => sum + crowd.count('waiting'), 0) < Math.min(leaving.length, waiting) && performance.now() - since < 5000) await sleep(5);
    slowestMs = Math.max(slowestMs, performance.now() - since);
  }
  checkAtMost(`${name}: whoever waits is served when there is room`, slowestMs, ANSWER_MS_MAX, 'ms');
  check(`${name}: nobody is shed`, crowds.every((crowd) => crowd.count('closed') + crowd.count('waiting') === 0), crowds.join('; '));
  for (const crowd of crowds) await crowd.leave();
  await checkService(name, port);
  const report = await server.ask({ report: true });
  console.log(report.events, report.log.length, waves);
}

/** accept fails though there are descriptors. */
async function acceptFails(errno: 'ENFILE' | 'ENOBUFS' | 'ENOMEM'): Promise<void> {
  const [server, { port }] = await startServer('real');
  await using _ = server;
  await server.ask({ fault: { accept: errno } });
  const crowd = new Crowd(port, 20);
  await checkCalm(errno, server, [crowd]);
  const { available, counters } = await server.ask({ report: true });
  check(`${errno}: the reservation isn't used, nobody is shed`, available && counters.shed === 0, String(crowd));
  await server.ask({ mend: true });
  await checkAnswered(errno, [crowd]);
  check(`${errno}: all are served`, crowd.served.length === 20, String(crowd));
  await crowd.leave();
  await checkService(errno, port);
  checkEpisodes(errno, await server.ask({ report: true }), 1);
}

async function checkCalm(name: string, server: Server, crowds: readonly Crowd[]): Promise<void> {
  checkAtMost(`${name}: processor time while clients wait`, await processorShare(server.pid, QUIET_MS), 10, '%');
  const served = crowds.flatMap((crowd) => crowd.served);
  checkAtMost(`${name}: the ${served.length} served clients are echoed`, await slowestEchoMs(served), 1000, 'ms');
}

async function checkAnswered(name: string, crowds: readonly Crowd[]): Promise<void> {
  const since = performance.now();
  await Promise.all(crowds.map((crowd) => crowd.answered(5 * ANSWER_MS_MAX)));
  checkAtMost(`${name}: everybody is answered after the fault`, performance.now() - since, ANSWER_MS_MAX, 'ms');
}

async function checkHeld(name: string, server: Server): Promise<void> {
  const { available } = await server.ask({ report: true });
  check(`${name}: the reservation is held again`, available, String(available));
}

async function checkService(name: string, port: number): Promise<void> {
  const fresh = new Crowd(port, 1);
  await fresh.answered(ANSWER_MS_MAX);
  check(`${name}: a new client is served within 1 s`, fresh.served.length === 1, `${fresh.slowestAnswerMs.toFixed(1)} ms`);
  await fresh.leave();
}

function checkEpisodes(name: string, { events, log }: Report, most: number): void {
  console.log(name, events, log, most);
}

await reservationLost('stolen at once', 'stolen at once');
await reservationLost('stolen later', 'stolen later');
await reservationLost('re-reserving fails', 'eventfd fails');
await noReservation();
await acceptFails('ENFILE');
await acceptFails('ENOBUFS');
await acceptFails('ENOMEM');
