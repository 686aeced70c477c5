import { type Driver, getDriver } from '../../src/libc/index.js';
import { Reactor } from '../../src/reactor/index.js';
import type { LibcCall } from '../../src/testing/index.js';
import { ConformanceEnvironment, runCase } from '../../src/testing/conformance/index.js';

/** Turns so long that no test meets their end: what a turn does then depends on nothing but the test. */
const TURN_MS = 10_000;

/** Defines one test. It fails as well if it leaves anything behind, or errors in the log that it hasn't flushed. */
export type KernelTest = (name: string, run: (env: ConformanceEnvironment) => Promise<void> | void) => void;

/** Tests with a reactor on the real kernel, whose calls can be made to fail. */
export function describeOnKernel(title: string, define: (it: KernelTest) => void): void {
  describe(title, () => {
    let end: (() => Promise<unknown>) | undefined;

    // A test that mocha has given up is ended, or it would go on beside the next one.
    afterEach(async () => {
      await end?.();
    });

    define((name, run) => {
      it(name, async () => {
        const givenUp = new AbortController();
        const running = runCase(
          { name, needs: ['faults'], run },
          () =>
            new ConformanceEnvironment({
              driver: getDriver(),
              needs: ['faults'],
              makeReactor,
              signal: givenUp.signal,
            }),
        );
        end = async () => {
          givenUp.abort();
          return running.catch((error: unknown) => error);
        };
        await running;
      });
    });
  });
}

/** The names of the calls that are made from now on, of those that matter. */
export function recordCalls({ faults }: ConformanceEnvironment, names: readonly LibcCall[]): string[] {
  const made: string[] = [];
  for (const name of names) faults.before(name, () => void made.push(name), { persist: true });
  return made;
}

function makeReactor(driver: Driver): Reactor {
  return new Reactor({ driver, turnMs: TURN_MS });
}
