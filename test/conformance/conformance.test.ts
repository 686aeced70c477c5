import type { Driver } from '../../src/libc/index.js';
import {
  type ConformanceCase,
  ConformanceEnvironment,
  type Need,
  allCases,
  availableNeeds,
  runCase,
} from '../../src/testing/index.js';
import { describeEachDriver } from '../libc/each-driver.js';

describeEachDriver('Conformance', (driver) => {
  const available = availableNeeds(driver.libc);
  let end: (() => Promise<unknown>) | undefined;

  // A case that mocha has given up is told so, and its failure then says what it was waiting for.
  afterEach(async function () {
    const failure = this.currentTest?.err;
    const outcome = await end?.();
    if (failure !== undefined && outcome instanceof Error && outcome !== failure) failure.cause = outcome;
  });

  for (const { title, cases } of allCases) {
    describe(title, () => {
      for (const testCase of cases) {
        itConforms(driver, testCase, available, (ending) => (end = ending));
      }
    });
  }
});

/** One `it`. `onStart` is told how to end the case before its time; the answer is what it then fails with. */
function itConforms(
  driver: Driver,
  testCase: ConformanceCase,
  available: ReadonlySet<Need>,
  onStart: (end: () => Promise<unknown>) => void,
): void {
  const { name, needs = [] } = testCase;
  if (!needs.every((need) => available.has(need))) {
    it(name);
    return;
  }
  it(name, async () => {
    const givenUp = new AbortController();
    const { signal } = givenUp;
    const run = runCase(testCase, () => new ConformanceEnvironment({ driver, needs, signal }));
    onStart(async () => {
      givenUp.abort();
      return run.catch((error: unknown) => error);
    });
    await run;
  });
}
