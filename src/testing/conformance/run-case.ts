import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { flushUnhandledErrors } from '../../defer/index.js';
import { messageOf } from '../log-capture.js';
import type { ConformanceCase, Need } from './case.js';
import type { ConformanceEnvironment } from './environment.js';

/**
 * Rounds that a case's connections get to end after it, once they are aborted and their peers closed. On loopback the
 * kernel carries an end over within the call that makes it, so a few would do. Calls that are due in so many seconds are
 * waited for besides.
 */
const SETTLING_ROUNDS = 20;
const SETTLING_SECONDS = 0.01;

/** Makes the environment of one case, with all that the case needs. */
export type EnvironmentMaker = (request: { readonly needs: readonly Need[] }) => ConformanceEnvironment;

/**
 * Runs one case in an environment of its own. Fails with what the case throws, or if it leaves something behind: an open
 * descriptor, a delayed call, a reader or writer, an unhandled failure of a Deferred, an error in the log that it
 * hasn't flushed (`environment.log.flushErrors`).
 */
export async function runCase(testCase: ConformanceCase, makeEnvironment: EnvironmentMaker): Promise<void> {
  flushUnhandledErrors();
  const environment = makeEnvironment({ needs: testCase.needs ?? [] });
  const troubles: unknown[] = [];
  const attempt = async (step: () => unknown): Promise<void> => {
    try {
      await step();
    } catch (error) {
      troubles.push(error);
    }
  };
  await attempt(() => testCase.run(environment));
  for (const cleanup of environment.takeCleanups()) {
    await attempt(() => environment.drive.result(Promise.resolve(cleanup())));
  }
  environment.peers.close();
  await attempt(() => settle(environment));
  await attempt(() => requireQuiet(environment));
  await attempt(() => requireNoErrors(environment));
  await attempt(() => environment.close());
  await attempt(() => requireNothingOpen(environment));
  // What a case throws is the news; what it then leaves behind mostly follows from it.
  if (troubles.length > 0) throw troubles[0];
}

async function settle(environment: ConformanceEnvironment): Promise<void> {
  const { drive, reactor } = environment;
  const soon = reactor.seconds() + SETTLING_SECONDS;
  let rounds = 0;
  await drive(function nothingIsLeft() {
    rounds += 1;
    if (whatIsLeft(environment).length === 0) return true;
    return rounds > SETTLING_ROUNDS && reactor.getDelayedCalls().every((call) => call.getTime() > soon);
  });
}

function whatIsLeft({ reactor }: ConformanceEnvironment): string[] {
  return [
    ...reactor.getReaders().map((reader) => `reader ${reader.logPrefix()}`),
    ...reactor.getWriters().map((writer) => `writer ${writer.logPrefix()}`),
    ...reactor.getDelayedCalls().map((call) => `delayed call ${inspect(call)}`),
  ];
}

function requireQuiet(environment: ConformanceEnvironment): void {
  assert.deepEqual(whatIsLeft(environment), [], 'The case has left something in the reactor');
}

/** Neither in the log nor in Deferreds is an error that nobody has flushed. */
export function requireNoErrors({ log }: Pick<ConformanceEnvironment, 'log'>): void {
  assert.deepEqual(log.errors.map(messageOf), [], 'Errors were logged that the case did not expect');
  const failures = flushUnhandledErrors().map(String);
  assert.deepEqual(failures, [], 'Deferreds ended with failures that nobody handled');
}

function requireNothingOpen({ libc, openBefore }: ConformanceEnvironment): void {
  assert.equal(
    libc.descriptors.open - openBefore,
    0,
    'The case has left descriptors open (or closed too many)',
  );
}
