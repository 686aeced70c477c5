import { expect } from 'chai';
import type { LibcCall } from '../../src/testing/index.js';
import type { Injection } from './mishaps.js';
import type { NamedScenario, Scenario } from './scenarios/index.js';
import type { SteppedKernel } from './stepped-kernel.js';
import { World } from './world.js';

export interface Outcome {
  /** The calls that were made, and how often, up to the end of the scenario. */
  readonly calls: ReadonlyMap<LibcCall, number>;
  /** Whether any of the mishaps had its time, and how many calls and connections they have met. */
  readonly met: boolean;
  readonly injected: number;
}

/**
 * One run of a scenario with these mishaps, from the making of its reactor on. Fails unless, whatever happens: nothing is left open, no
 * timer, no reader or writer; each connectionMade has one connectionLost; bytes arrive in order, all of them if the connection ends in order; a
 * port that wasn't stopped accepts again once the faults are gone; and the reactor doesn't spin. If all mishaps are
 * harmless, or the scenario recovers by itself, it has to come to its end as well.
 */
export function torture(
  kernel: SteppedKernel,
  { make, recovers = false }: NamedScenario,
  injections: readonly Injection[],
): Outcome {
  const effects = injections.map(({ effect }) => effect);
  const world = new World(kernel);
  try {
    for (const injection of injections) world.plan(injection);
    const isThere = attempt(() => world.start());
    const scenario = isThere ? make(world) : nothing;
    const begun = isThere && attempt(() => scenario.begin());
    const step = (): void => scenario.step();
    const done = (): boolean => scenario.done();
    const wasDone = world.run(done, step);
    const { calls, met, injected } = world;
    world.endFaults();

    const isDone = wasDone || world.run(done, step);
    const mustBegin = !met || effects.every((effect) => effect === 'harmless');
    if (mustBegin) expect(begun, 'has begun').to.equal(true);
    if (mustBegin || (recovers && begun)) expect(isDone, 'is done').to.equal(true);
    if (!met) expect(scenario.happened(), 'what it is about has happened').to.equal(true);
    for (const port of scenario.ports) {
      if (!effects.includes('fatal')) expect(port.listening, 'the port listens').to.equal(true);
      if (port.listening) world.requireLife(port);
    }
    world.close(scenario.ports);
    scenario.check();
    return { calls, met, injected };
  } finally {
    world.abandon();
  }
}

/** What there is to be done without a reactor. */
const nothing: Scenario = {
  ports: [],
  begin: () => undefined,
  step: () => undefined,
  done: () => true,
  happened: () => true,
  check: () => undefined,
};

/** False if it throws: the program has been told of the fault then. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
