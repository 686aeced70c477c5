/**
 * The same server, with something else going wrong: the descriptor that its reservation gives up is stolen, can't be had again,
 * or there is none; or accept fails for a reason that no reservation helps with. Nothing may spin, nobody may wait for
 * long once there is a way to be answered, and the log must not be flooded.
 */
import { check, checkAtMost, rounded } from './harness/check.js';
import { AskedChild, limitedCommand } from './harness/child.js';
import { until } from './harness/deadline.js';
import { Crowd, type EchoClient, slowestEchoMs } from './harness/echo-client.js';
import { processorShare } from './harness/processes.js';
import type { Fault, Question, Report } from './servers/echo-server.js';

const LIMIT = 64;
const QUIET_MS = 1500;
/** From the end of a fault, or a descriptor's coming free, until everybody who can be answered is. */
const ANSWER_MS_MAX = 1000;
/** After this the wait is given up: the check has failed, and its figure is a lower bound. */
const PATIENCE_MS = 5000;
/** The retries of a run take at least half a second each but for the first few, so there can't be many. */
const PAUSES_MAX = 30;

/** One server, one fault; the lines of its checks begin with its name. */
class Trial {
  readonly #name: string;
  readonly #server: AskedChild<Question, Report>;
  readonly port: number;

  private constructor(name: string, server: AskedChild<Question, Report>, port: number) {
    this.#name = name;
    this.#server = server;
    this.port = port;
  }

  static async prepare(name: string, reservation: 'real' | 'null' = 'real'): Promise<Trial> {
    const words = limitedCommand(LIMIT, 'servers/echo-server.ts', reservation);
    const [server, { port }] = await AskedChild.start<Question, Report>(words);
    return new Trial(name, server, port);
  }

  ask(question: Question): Promise<Report> {
    return this.#server.ask(question);
  }

  check(what: string, passed: boolean, figure: string | number): void {
    check(`${this.#name}: ${what}`, passed, figure);
  }

  checkAtMost(what: string, value: number, most: number, unit: string): void {
    checkAtMost(`${this.#name}: ${what}`, value, most, unit);
  }

  /** While clients wait, nothing spins, and those who are served don't notice. */
  async checkCalm(clients: readonly EchoClient[]): Promise<void> {
    this.checkAtMost('processor time', await processorShare(this.#server.pid, QUIET_MS), 10, '%');
    const served = clients.filter(isServed);
    if (served.length > 0)
      this.checkAtMost(
        `${served.length} served clients are echoed`,
        await slowestEchoMs(served),
        ANSWER_MS_MAX,
        'ms',
      );
  }

  /** Everybody is answered soon, now that it is possible. */
  async checkAnswered(clients: readonly EchoClient[]): Promise<void> {
    const since = performance.now();
    await until(() => !clients.some(isWaiting), PATIENCE_MS);
    this.checkAtMost('everybody is answered', performance.now() - since, ANSWER_MS_MAX, 'ms');
  }

  /** The clients leave; a new one is served, and what was logged and told about all this is little. */
  async checkEnd(clients: readonly EchoClient[], episodesMax: number): Promise<void> {
    for (const client of clients) client.leave();
    await until(() => clients.every(({ over }) => over), PATIENCE_MS);
    const fresh = new Crowd(this.port, 1);
    await fresh.answered(ANSWER_MS_MAX);
    this.check(
      'a new client is served within 1 s',
      fresh.served.length === 1,
      `${rounded(fresh.slowestAnswerMs)} ms`,
    );
    await fresh.leave();
    this.#checkTold(await this.ask({ report: true }), episodesMax);
    await this.#server[Symbol.asyncDispose]();
  }

  #checkTold({ events, log }: Report, episodesMax: number): void {
    const { descriptorsExhausted: begun = 0, recovered: ended = 0, acceptPaused: pauses = 0 } = events;
    const losses = log.filter((message) => message.includes('reserve')).length;
    const lines = log.length - losses;
    // Of episodes that follow each other within a second the log tells one.
    const logged = lines >= 2 && lines % 2 === 0 && lines <= 2 * begun && losses <= 1;
    this.check(
      'each episode has ended and is two lines in the log, or none right after another; a lost reservation is one',
      ended === begun && begun <= episodesMax && pauses <= PAUSES_MAX + begun && logged,
      `${begun} begun, ${ended} ended, ${pauses} pauses, ${log.length} lines`,
    );
  }
}

function isServed({ state, over }: EchoClient): boolean {
  return state === 'served' && !over;
}

function isWaiting({ state }: EchoClient): boolean {
  return state === 'waiting';
}

/** More clients than the server has room for, and some more a little later. */
async function comeTo(port: number): Promise<readonly EchoClient[]> {
  const early = new Crowd(port, 80);
  await early.answered(300);
  const late = new Crowd(port, 20);
  await late.answered(300);
  return [...early.clients, ...late.clients];
}

/** A full server whose reservation is lost. */
async function losesReservation(trial: Trial, fault: Fault): Promise<void> {
  await trial.ask({ fault });
  const clients = await comeTo(trial.port);
  const { available } = await trial.ask({ report: true });
  const waiting = clients.filter(isWaiting).length;
  trial.check('the reservation is lost, and clients wait', !available && waiting > 0, `${waiting} wait`);
  await trial.checkCalm(clients);

  // The thief gives the descriptor back. Where there was none, a client who leaves frees one.
  await trial.ask({ mend: true });
  if (fault === 'eventfd fails') clients.find(isServed)?.leave();
  await trial.checkAnswered(clients);
  const mended = await trial.ask({ report: true });
  trial.check('the reservation is held again', mended.available, String(mended.available));
  // While eventfd fails, the descriptor that nobody could reserve serves a client: that ends one episode.
  await trial.checkEnd(clients, fault === 'eventfd fails' ? 3 : 1);
}

/** A full server that has no reservation: clients wait until there is room for them. */
async function hasNoReservation(trial: Trial): Promise<void> {
  const clients = await comeTo(trial.port);
  await trial.checkCalm(clients);
  let places = 0;
  while (clients.some(isWaiting)) {
    const leaving = clients.filter(isServed);
    places += leaving.length;
    for (const client of leaving) client.leave();
    if (!(await checkRoom(trial, clients, leaving.length))) break;
  }
  trial.check(
    'all were served, nobody shed',
    clients.every(({ state }) => state === 'served'),
    `${clients.length}`,
  );
  // Each place that comes free may end one episode and, when it is taken, begin the next.
  await trial.checkEnd(clients, places);
}

/** As many clients as have left are served in their place. */
async function checkRoom(trial: Trial, clients: readonly EchoClient[], room: number): Promise<boolean> {
  const since = performance.now();
  const waiting = clients.filter(isWaiting).length;
  const served = Math.min(room, waiting);
  const done = await until(() => clients.filter(isWaiting).length <= waiting - served, PATIENCE_MS);
  trial.checkAtMost(`${room} leave, ${served} are served`, performance.now() - since, ANSWER_MS_MAX, 'ms');
  return done;
}

/** accept fails though there are descriptors. */
async function cannotAccept(trial: Trial, accept: 'ENFILE' | 'ENOBUFS' | 'ENOMEM'): Promise<void> {
  await trial.ask({ fault: { accept } });
  const { clients } = new Crowd(trial.port, 20);
  await trial.checkCalm(clients);
  const { available, counters } = await trial.ask({ report: true });
  trial.check('the reservation is left alone', available && counters.shed === 0, `${counters.shed} shed`);
  await trial.ask({ mend: true });
  await trial.checkAnswered(clients);
  trial.check('all are served', clients.every(isServed), clients.length);
  await trial.checkEnd(clients, 1);
}

// They wait for most of the time, so they can wait together; but not while others load their programs.
const [atOnce, later, eventfd, none, enfile, enobufs, enomem] = await Promise.all([
  Trial.prepare('slot stolen at once'),
  Trial.prepare('slot stolen after shedding'),
  Trial.prepare('re-reserving fails'),
  Trial.prepare('no reservation', 'null'),
  Trial.prepare('accept fails with ENFILE'),
  Trial.prepare('accept fails with ENOBUFS'),
  Trial.prepare('accept fails with ENOMEM'),
]);
await Promise.all([
  losesReservation(atOnce, 'stolen at once'),
  losesReservation(later, 'stolen later'),
  losesReservation(eventfd, 'eventfd fails'),
  hasNoReservation(none),
]);
await Promise.all([
  cannotAccept(enfile, 'ENFILE'),
  cannotAccept(enobufs, 'ENOBUFS'),
  cannotAccept(enomem, 'ENOMEM'),
]);
