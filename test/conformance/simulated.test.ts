import {
  type ConformanceCase,
  ConformanceEnvironment,
  SimulatedKernel,
  type SimulatedProcess,
  allCases,
  availableNeeds,
  nodeRound,
  runCase,
} from '../../src/testing/index.js';

/** How far the clock moves on in a round in which nothing is to be done: a real loop takes longer than no time, too. */
const IDLE_ROUND_MS = 1;

/** The host loops that have something to do do it, and what is no affair of the kernel's (look-ups of names) goes on. */
async function round(kernel: SimulatedKernel): Promise<void> {
  if (!kernel.step()) kernel.advance(kernel.now + IDLE_ROUND_MS);
  await nodeRound();
}

describe('Conformance over the simulated kernel', () => {
  const { libc } = new SimulatedKernel().createProcess();
  const available = availableNeeds(libc);

  for (const { title, cases } of allCases) {
    describe(title, () => {
      for (const testCase of cases) itConforms(testCase);
    });
  }

  function itConforms(testCase: ConformanceCase): void {
    const { name, needs = [] } = testCase;
    if (!needs.every((need) => available.has(need))) {
      it(name);
      return;
    }
    it(name, async function () {
      const kernel = new SimulatedKernel();
      const driver: SimulatedProcess = kernel.createProcess();
      const givenUp = new AbortController();
      const timer = setTimeout(() => givenUp.abort(), 3000);
      try {
        await runCase(
          testCase,
          () =>
            new ConformanceEnvironment({ driver, needs, round: () => round(kernel), signal: givenUp.signal }),
        );
      } finally {
        clearTimeout(timer);
      }
    });
  }
});
