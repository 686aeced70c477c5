import { expect } from 'chai';
import type { TransferCall } from '../../src/testing/index.js';
import type { LegalFault } from './legal-faults.js';
import type { MakeScenario } from './scenarios.js';
import type { SteppedKernel } from './stepped-kernel.js';
import { World } from './world.js';

/** A fault, and when it comes. */
export interface Injection extends LegalFault {
  readonly nth: number;
  readonly persist: boolean;
}

/** All calls of this name move at most so many bytes. */
export interface Shortage {
  readonly call: TransferCall;
  readonly bytes: number;
}

export interface Outcome {
  /** The calls that were made. */
  readonly calls: ReadonlySet<string>;
  /** Whether a fault was met, and how many calls were made to fail. */
  readonly met: boolean;
  readonly injected: number;
}

/**
 * One run of a scenario with these faults. Fails unless, whatever happens: nothing is left open, no timer, no reader or writer;
 * each connectionMade has one connectionLost; bytes arrive in order, all of them if the connection ends in order; a
 * port that wasn't stopped accepts again once the faults are gone; and the reactor doesn't spin. If all faults are
 * harmless, the scenario has to come to its end as well.
 */
export function torture(
  kernel: SteppedKernel,
  make: MakeScenario,
  injections: readonly Injection[],
  shortages: readonly Shortage[] = [],
): Outcome {
  const effects = injections.map(({ effect }) => effect);
  const world = new World(kernel);
  const { faults } = world;
  try {
    const scenario = make(world);
    const step = (): void => scenario.step();
    const done = (): boolean => scenario.done();
    faults.reset();
    for (const injection of injections) faults.fail(injection.call, injection);
    for (const { call, bytes } of shortages) faults.truncate(call, { bytes, persist: true });
    const begun = attempt(() => scenario.begin());
    const wasDone = world.run(done, step);
    const outcome = {
      calls: new Set<string>(faults.calls.keys()),
      met: faults.injected > 0,
      injected: faults.injected,
    };
    faults.reset();

    const isDone = wasDone || world.run(done, step);
    if (!outcome.met || effects.every((effect) => effect === 'harmless')) {
      expect([begun, isDone], 'has begun, and is done').to.deep.equal([true, true]);
    }
    for (const port of scenario.ports) {
      if (!effects.includes('fatal')) expect(port.listening, 'the port listens').to.equal(true);
      if (port.listening) world.requireLife(port, world.factories[0]!);
    }
    world.close(scenario.ports);
    scenario.check();
    return outcome;
  } finally {
    world.abandon();
  }
}

/** False if it throws: the program has been told of the fault then. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
