import { expect } from 'chai';
import { LogCapture } from '../../src/testing/index.js';
import { type LegalFault, legalFaults } from './legal-faults.js';
import { type MakeScenario, scenarios } from './scenarios.js';
import { World } from './world.js';

/**
 * Every call of the kernel that a scenario makes is made to fail, one after the other, with every errno that Linux may give
 * for it: the first, the second, ... until a run meets no fault, or up to a depth; once with that call alone failing, and
 * once with all from there on. Whatever happens, nothing may be left open, forgotten, told twice or lost on the way,
 * and a port that wasn't stopped serves again. After SQLite's tests of system calls.
 *
 * HEDDLE_FAULT_DEPTH goes deeper than what every run of the tests can afford.
 */
const DEPTH = Number(process.env['HEDDLE_FAULT_DEPTH'] ?? 3);

interface Injection extends LegalFault {
  readonly nth: number;
  readonly persist: boolean;
}

/** One run. The calls that were made, and whether it met its fault. */
function torture(
  make: MakeScenario,
  injection?: Injection,
): { readonly calls: ReadonlySet<string>; readonly met: boolean } {
  const effect = injection?.effect ?? 'harmless';
  const world = new World();
  try {
    const scenario = make(world);
    const step = (): void => scenario.step();
    const done = (): boolean => scenario.done();
    world.faults.reset();
    if (injection !== undefined) world.faults.fail(injection.call, injection);
    const begun = attempt(() => scenario.begin());
    const wasDone = world.run(done, step);
    const calls = new Set<string>(world.faults.calls.keys());
    const met = world.faults.injected > 0;
    world.faults.reset();

    const isDone = wasDone || world.run(done, step);
    if (effect === 'harmless' || !met)
      expect([begun, isDone], 'has begun, and is done').to.deep.equal([true, true]);
    for (const port of scenario.ports) {
      if (effect !== 'fatal') expect(port.listening, 'the port listens').to.equal(true);
      if (port.listening) world.requireLife(port, world.factories[0]!);
    }
    world.close(scenario.ports);
    scenario.check();
    return { calls, met };
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

/** One fault at the first call, the second, ... How many were met. */
function tortureInTurn(make: MakeScenario, fault: LegalFault, persist: boolean): number {
  for (let nth = 1; nth <= DEPTH; nth += 1) {
    try {
      if (!torture(make, { ...fault, nth, persist }).met) return nth - 1;
    } catch (error) {
      const which = `${fault.call} number ${nth}${persist ? ' and all later ones' : ''}`;
      throw new Error(`${which}: ${fault.errno}: ${(error as Error).message}`, { cause: error });
    }
  }
  return DEPTH;
}

describe('Faults of the kernel', () => {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  after(() => {
    log[Symbol.dispose]();
  });

  const faultable = new Set<string>(legalFaults.map(({ call }) => call));
  for (const { name, make, calls } of scenarios) {
    describe(`during ${name}`, () => {
      it('there may be none: it comes to its end', () => {
        const made = [...torture(make).calls].filter((call) => faultable.has(call));

        expect(made).to.have.members(calls);
      });

      for (const call of calls) {
        it(`${call} fails: nothing is left behind, and life goes on`, () => {
          for (const fault of legalFaults.filter((legal) => legal.call === call)) {
            for (const persist of fault.lasts ? [false, true] : [false]) {
              expect(tortureInTurn(make, fault, persist), `faults of ${fault.errno} met`).to.be.above(0);
            }
          }
        });
      }
    });
  }
});
