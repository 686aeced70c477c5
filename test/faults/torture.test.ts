import { expect } from 'chai';
import fc from 'fast-check';
import { LogCapture } from '../../src/testing/index.js';
import type { ErrnoName } from '../../src/libc/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import { type LegalFault, legalFaults } from './legal-faults.js';
import { type MakeScenario, scenarios } from './scenarios.js';
import { RealSteppedKernel, SimulatedSteppedKernel, type SteppedKernel } from './stepped-kernel.js';
import { type Injection, torture } from './torture.js';

/**
 * Every call of the kernel that a scenario makes is made to fail, one after the other, with every errno that Linux may give
 * for it: the first, the second, ... until a run meets no fault, or up to a depth; once with that call alone failing, and
 * once with all from there on. After SQLite's tests of system calls; what has to hold is said at `torture`.
 *
 * HEDDLE_FAULT_DEPTH goes deeper than what every run of the tests can afford.
 */
const DEPTH = Number(process.env['HEDDLE_FAULT_DEPTH'] ?? 2);

/** One fault at the first call, the second, ... How many were met. */
function tortureInTurn(
  makeKernel: () => SteppedKernel,
  make: MakeScenario,
  fault: LegalFault,
  persist: boolean,
): number {
  for (let nth = 1; nth <= DEPTH; nth += 1) {
    try {
      if (!torture(makeKernel(), make, [{ ...fault, nth, persist }]).met) return nth - 1;
    } catch (error) {
      const which = `${fault.call} number ${nth}${persist ? ' and all later ones' : ''}`;
      throw new Error(`${which}: ${fault.errno}: ${(error as Error).message}`, { cause: error });
    }
  }
  return DEPTH;
}

/** A few faults, at any time. */
const swarm = fc.array(
  fc
    .record({
      fault: fc.constantFrom(...legalFaults),
      nth: fc.integer({ min: 1, max: 6 }),
      persist: fc.boolean(),
    })
    .map(({ fault, nth, persist }) => ({ ...fault, nth, persist: persist && fault.lasts })),
  { minLength: 2, maxLength: 5 },
);

/** Faults that once did harm, found by the swarm. */
const found: readonly { readonly name: string; readonly faults: readonly Injection[] }[] = [
  {
    // A port that is lost asks whether its number is still a socket's, and took this answer for a no: it left the socket open.
    name: 'stopListening() and startListening()',
    faults: [
      { ...fault('getsockopt', 'ENOPROTOOPT'), nth: 1, persist: false },
      { ...fault('accept4', 'EINVAL'), nth: 1, persist: false },
    ],
  },
  {
    // What couldn't be sent any more, after the protocol had heard of an end in order, was cut off by a FIN.
    name: 'an echo',
    faults: [
      { ...fault('send', 'ENOBUFS'), nth: 2, persist: false },
      { ...fault('send', 'ECONNRESET'), nth: 2, persist: true },
    ],
  },
  {
    // The same, when the poller can't watch what is still to be sent.
    name: 'an echo',
    faults: [
      { ...fault('send', 'ENOMEM'), nth: 2, persist: false },
      { ...fault('epoll_ctl', 'ENOMEM'), nth: 3, persist: false },
    ],
  },
];

function fault(call: LibcCall, errno: ErrnoName): LegalFault {
  return legalFaults.find((legal) => legal.call === call && legal.errno === errno)!;
}

describe('Faults of the kernel', () => {
  describeFaults(() => new RealSteppedKernel());
});

describe('Faults of the simulated kernel', () => {
  describeFaults(() => new SimulatedSteppedKernel());
});

function describeFaults(makeKernel: () => SteppedKernel): void {
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
        const made = [...torture(makeKernel(), make, []).calls].filter((call) => faultable.has(call));

        expect(made).to.include.members(calls);
      });

      for (const call of calls) {
        it(`${call} fails: nothing is left behind, and life goes on`, () => {
          for (const fault of legalFaults.filter((legal) => legal.call === call)) {
            for (const persist of fault.lasts ? [false, true] : [false]) {
              expect(
                tortureInTurn(makeKernel, make, fault, persist),
                `faults of ${fault.errno} met`,
              ).to.be.above(0);
            }
          }
        });
      }

      it('the kernel takes and gives a few bytes at a time: it comes to its end', () => {
        for (const bytes of name === 'a large transfer' ? [1000, 8191] : [1, 3]) {
          const shortages = (['send', 'sendmsg', 'recv'] as const).map((call) => ({ call, bytes }));

          expect(torture(makeKernel(), make, [], shortages).calls.size).to.be.above(0);
        }
      });

      for (const { faults } of found.filter((known) => known.name === name)) {
        const which = faults.map(({ call, errno }) => `${call} ${errno}`).join(', ');
        it(`${which}: does no harm any more`, () => {
          expect(torture(makeKernel(), make, faults).met).to.equal(true);
        });
      }

      it('several things fail: nothing is left behind, and life goes on', () => {
        fc.assert(
          fc.property(swarm, (injections) => {
            torture(makeKernel(), make, injections);
          }),
          { numRuns: DEPTH * 15 },
        );
      });
    });
  }
}
