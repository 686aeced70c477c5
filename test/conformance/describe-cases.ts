import {
  type ConformanceCase,
  type ConformanceEnvironment,
  type Need,
  allCases,
  runCase,
} from '../../src/testing/index.js';

/** On what the cases run. */
export interface CaseGround {
  /** What the kernel has of what cases need. A case that needs more is left pending, and says what it lacks. */
  readonly available: ReadonlySet<Need>;
  /** Makes the environment of one case. Aborting the signal makes whatever it waits for fail. */
  readonly makeEnvironment: (needs: readonly Need[], signal: AbortSignal) => ConformanceEnvironment;
}

/** All conformance cases as tests of mocha. */
export function describeCases(ground: CaseGround): void {
  let end: (() => Promise<unknown>) | undefined;

  // A case that mocha has given up is told so, and its failure then says what it was waiting for.
  afterEach(async function () {
    const failure = this.currentTest?.err;
    const outcome = await end?.();
    if (failure !== undefined && outcome instanceof Error && outcome !== failure) failure.cause = outcome;
  });

  for (const { title, cases } of allCases) {
    describe(title, () => {
      for (const testCase of cases) itConforms(testCase, ground, (ending) => (end = ending));
    });
  }
}

/** One `it`. `onStart` is told how to end the case before its time; the answer is what it then fails with. */
function itConforms(
  testCase: ConformanceCase,
  { available, makeEnvironment }: CaseGround,
  onStart: (end: () => Promise<unknown>) => void,
): void {
  const { name, needs = [] } = testCase;
  const missing = needs.filter((need) => !available.has(need));
  if (missing.length > 0) {
    it(`${name} [not here: ${missing.join(', ')}]`);
    return;
  }
  it(name, async () => {
    const givenUp = new AbortController();
    const { signal } = givenUp;
    const run = runCase(testCase, () => makeEnvironment(needs, signal));
    onStart(async () => {
      givenUp.abort();
      return run.catch((error: unknown) => error);
    });
    await run;
  });
}
