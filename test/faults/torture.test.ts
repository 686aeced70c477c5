import { expect } from 'chai';
import fc from 'fast-check';
import { type LibcCall, LogCapture } from '../../src/testing/index.js';
import { allCalls } from './legal-faults.js';
import { type Injection, type Mishap, mishapsOf, textOf } from './mishaps.js';
import { type NamedScenario, scenarios } from './scenarios/index.js';
import { RealSteppedKernel, SimulatedSteppedKernel, type SteppedKernel } from './stepped-kernel.js';
import { torture } from './torture.js';

/**
 * Every call of the kernel that a scenario makes goes wrong, one after the other, in every way that Linux has for it: the first, the
 * second, ... until a run meets no mishap, or up to a depth; once with that call alone going wrong, and once with all from there on. After
 * SQLite's tests of system calls; what has to hold is said at `torture`. Which calls a scenario makes, a run without faults tells.
 *
 * HEDDLE_FAULT_DEPTH goes deeper than what every run of the tests can afford; `npm run torture` goes all the way.
 */
const REAL_DEPTH = Number(process.env['HEDDLE_FAULT_DEPTH'] ?? 1);
const SIMULATED_DEPTH = Number(process.env['HEDDLE_FAULT_DEPTH'] ?? 2);

/** One mishap at the first call, the second, ... How many were met. */
function tortureInTurn(
  makeKernel: () => SteppedKernel,
  scenario: NamedScenario,
  mishap: Mishap,
  { depth, persist }: { readonly depth: number; readonly persist: boolean },
): number {
  for (let nth = 1; nth <= depth; nth += 1) {
    const injection = { ...mishap, nth, persist };
    try {
      if (!torture(makeKernel(), scenario, [injection]).met) return nth - 1;
    } catch (error) {
      throw new Error(`${textOf(injection)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return depth;
}

/** A few of these mishaps, at any time. */
function handfulOf(mishaps: readonly Mishap[]): fc.Arbitrary<readonly Injection[]> {
  const injection = fc
    .record({
      mishap: fc.constantFrom(...mishaps),
      nth: fc.integer({ min: 1, max: 6 }),
      persist: fc.boolean(),
    })
    .map(({ mishap, nth, persist }) => ({ ...mishap, nth, persist: persist && mishap.lasts }));
  return fc.array(injection, { minLength: 2, maxLength: 5 });
}

/** The calls that a scenario makes when nothing goes wrong. */
function callsOf(kernel: SteppedKernel, scenario: NamedScenario): ReadonlySet<LibcCall> {
  return new Set(torture(kernel, scenario, []).calls.keys());
}

describe('Faults of the kernel', () => {
  describeFaults(() => new RealSteppedKernel(), REAL_DEPTH);
});

// Beyond Twisted: P6
describe('Faults of the simulated kernel', () => {
  describeFaults(() => new SimulatedSteppedKernel(), SIMULATED_DEPTH);
});

function describeFaults(makeKernel: () => SteppedKernel, depth: number): void {
  let log: LogCapture;
  before(() => {
    log = new LogCapture();
  });
  afterEach(() => {
    log.records.length = 0;
  });
  after(() => {
    log[Symbol.dispose]();
  });

  for (const scenario of scenarios) {
    describe(`during ${scenario.name}`, () => {
      it('there may be none: it comes to its end', () => {
        expect(callsOf(makeKernel(), scenario).size).to.be.above(3);
      });

      it('each call may go wrong in each way: nothing is left behind, and life goes on', () => {
        for (const mishap of mishapsOf(scenario, callsOf(makeKernel(), scenario))) {
          for (const persist of mishap.lasts ? [false, true] : [false]) {
            const met = tortureInTurn(makeKernel, scenario, mishap, { depth, persist });
            // Who doesn't connect in the background isn't told by SO_ERROR.
            if (mishap.kind !== 'pending') expect(met, textOf({ ...mishap, nth: 1, persist })).to.be.above(0);
          }
        }
      });

      it('several things may go wrong: nothing is left behind, and life goes on', () => {
        // Who meets one fault may make calls that were not made without it.
        const mishaps = mishapsOf(scenario, allCalls);
        fc.assert(
          fc.property(handfulOf(mishaps), (injections) => {
            torture(makeKernel(), scenario, injections);
          }),
          { numRuns: depth * 15 },
        );
      });
    });
  }
}
