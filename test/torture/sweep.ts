/**
 * The deep sweep: in every scenario every call is made to fail in every way that Linux has for it, at the first call, the second, ... until a run
 * meets no fault any more; then random handfuls of faults. It runs on the simulated kernel, prints a table, and ends with 1 if anything was violated.
 *
 *     npx tsx test/torture/sweep.ts [--depth 1000] [--handfuls 2000] [--seed 1]
 */
import { Choices, LogCapture, type SimulatedKernelOptions } from '../../src/testing/index.js';
import { legalFaults } from '../faults/legal-faults.js';
import { type NamedScenario, scenarios } from '../faults/scenarios.js';
import { SimulatedSteppedKernel } from '../faults/stepped-kernel.js';
import { type Injection, torture } from '../faults/torture.js';
import { numbersFrom } from './arguments.js';

interface Row {
  readonly scenario: string;
  runs: number;
  faults: number;
  violations: number;
}

const FAULTS_MAX = 5;
const NTH_MAX = 12;
/** How often transfers are cut short, in the half of the runs in which they are. */
const FRAGMENTATION = 0.3;

const { depth, handfuls, seed } = numbersFrom(process.argv.slice(2), {
  depth: 1000,
  handfuls: 2000,
  seed: 1,
});

/** One run. True if it has met its faults. */
function run(
  row: Row,
  { make }: NamedScenario,
  injections: readonly Injection[],
  options: SimulatedKernelOptions,
): boolean {
  row.runs += 1;
  try {
    const { met, injected } = torture(new SimulatedSteppedKernel(options), make, injections);
    row.faults += injected;
    return met;
  } catch (error) {
    row.violations += 1;
    const which = injections.map(
      ({ call, errno, nth, persist }) => `${call} #${nth}${persist ? '...' : ''} ${errno}`,
    );
    console.error(
      `${row.scenario}, ${JSON.stringify(options)}: ${which.join(', ')}: ${(error as Error).message}`,
    );
    return true;
  }
}

function sweep(scenario: NamedScenario): Row {
  const possible = legalFaults.filter(({ call }) => scenario.calls.includes(call));
  const row: Row = { scenario: scenario.name, runs: 0, faults: 0, violations: 0 };
  for (const fault of possible) {
    for (const persist of fault.lasts ? [false, true] : [false]) {
      for (const fragmentation of [0, FRAGMENTATION]) {
        let nth = 1;
        while (nth <= depth && run(row, scenario, [{ ...fault, nth, persist }], { seed, fragmentation }))
          nth += 1;
      }
    }
  }
  const choices = new Choices(seed);
  for (let i = 0; i < handfuls; i += 1) {
    const injections = Array.from({ length: choices.integer(2, FAULTS_MAX) }, (): Injection => {
      const fault = choices.one(possible);
      return { ...fault, nth: choices.integer(1, NTH_MAX), persist: fault.lasts && choices.chance(0.5) };
    });
    const fragmentation = choices.one([0, FRAGMENTATION]);
    run(row, scenario, injections, { seed: choices.integer(0, 0xffff_ffff), fragmentation });
  }
  return row;
}

const log = new LogCapture();
const begun = performance.now();
const rows = scenarios.map((scenario) => {
  const row = sweep(scenario);
  // What was logged is not looked at, and would fill the memory.
  log.records.length = 0;
  return row;
});
log[Symbol.dispose]();

const sum = (column: 'runs' | 'faults' | 'violations'): number =>
  rows.reduce((total, row) => total + row[column], 0);
const total: Row = {
  scenario: 'all',
  runs: sum('runs'),
  faults: sum('faults'),
  violations: sum('violations'),
};
console.table([...rows, total]);
console.log(`seed ${seed}, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
process.exitCode = total.violations === 0 ? 0 : 1;
