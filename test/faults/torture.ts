import { expect } from 'chai';
import type { Libc } from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import type { Injection } from './mishaps.js';
import type { NamedScenario } from './scenarios/index.js';
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
 * One run of a scenario with these mishaps. Fails unless, whatever happens: nothing is left open, no
 * timer, no reader or writer; each connectionMade has one connectionLost; bytes arrive in order, all of them if the connection ends in order; a
 * port that wasn't stopped accepts again once the faults are gone; and the reactor doesn't spin. If all mishaps are
 * harmless, or the scenario recovers by itself, it has to come to its end as well.
 *
 * `wrap` stands before the kernel of the reactor, and not before that of its peers: to look at it, or to break something.
 */
export function torture(
  kernel: SteppedKernel,
  { make, makesReactor = false, recovers = false }: NamedScenario,
  injections: readonly Injection[],
  wrap?: (libc: Libc) => Libc,
): Outcome {
  const effects = injections.map(({ effect }) => effect);
  const world = new World(kernel, wrap);
  try {
    if (!makesReactor) world.start();
    const scenario = make(world);
    world.endFaults();
    for (const injection of injections) world.plan(injection);
    const begun = attempt(() => scenario.begin());
    const step = (): void => scenario.step();
    const done = (): boolean => scenario.done();
    const wasDone = world.run(done, step);
    const { calls, met, injected } = world;
    world.endFaults();

    const isDone = wasDone || world.run(done, step);
    const mustBegin = !met || effects.every((effect) => effect === 'harmless');
    if (mustBegin) expect(begun, 'has begun').to.equal(true);
    if (mustBegin || recovers) expect(isDone, 'is done').to.equal(true);
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

/** False if it throws: the program has been told of the fault then. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
