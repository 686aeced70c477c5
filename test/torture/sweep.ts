/**
 * The deep sweep: in every scenario every call that it makes goes wrong in every way that Linux has for it, at the first call, the second, ... until a
 * run meets no mishap any more: once, and from there on; with whole transfers and large buffers, and with transfers cut anywhere and small buffers.
 * Then random handfuls of mishaps. It runs on the simulated kernel, prints a table, and ends with 1 if anything was violated.
 *
 *     npx tsx test/torture/sweep.ts [--depth 1000] [--handfuls 2000] [--seed 1]
 */
import { Choices, type LibcCall, LogCapture, type SimulatedKernelOptions } from '../../src/testing/index.js';
import { allCalls } from '../faults/legal-faults.js';
import { type Injection, type Mishap, mishapsOf, textOf } from '../faults/mishaps.js';
import { type NamedScenario, scenarios } from '../faults/scenarios/index.js';
import { SimulatedSteppedKernel } from '../faults/stepped-kernel.js';
import { torture } from '../faults/torture.js';
import { numbersFrom } from './arguments.js';

interface Row {
  readonly scenario: string;
  /** Calls that it makes when nothing goes wrong: how many names, and how many in all. */
  readonly calls: number;
  readonly made: number;
  runs: number;
  faults: number;
  violations: number;
}

const FAULTS_MAX = 5;
const NTH_MAX = 12;
const kernels: readonly SimulatedKernelOptions[] = [
  {},
  { fragmentation: 0.3, buffers: { sendBytes: 60_000, receiveBytes: 24_000 } },
];

const { depth, handfuls, seed } = numbersFrom(process.argv.slice(2), {
  depth: 1000,
  handfuls: 2000,
  seed: 1,
});

/** One run. True if it has met its mishaps. */
function run(
  row: Row,
  scenario: NamedScenario,
  injections: readonly Injection[],
  options: SimulatedKernelOptions,
): boolean {
  row.runs += 1;
  try {
    const { met, injected } = torture(new SimulatedSteppedKernel(options), scenario, injections);
    row.faults += injected;
    return met;
  } catch (error) {
    row.violations += 1;
    const which = injections.map(textOf).join('; ');
    console.error(`${row.scenario}, ${JSON.stringify(options)}: ${which}: ${(error as Error).message}`);
    return true;
  }
}

/** One mishap after the other, at every call of its name. */
function sweepInTurn(row: Row, scenario: NamedScenario, mishaps: readonly Mishap[]): void {
  for (const mishap of mishaps) {
    for (const persist of mishap.lasts ? [false, true] : [false]) {
      for (const kernel of kernels) {
        let nth = 1;
        while (nth <= depth && run(row, scenario, [{ ...mishap, nth, persist }], { ...kernel, seed }))
          nth += 1;
      }
    }
  }
}

/** Several at once, at any time. */
function sweepByChance(row: Row, scenario: NamedScenario, mishaps: readonly Mishap[]): void {
  const choices = new Choices(seed);
  for (let i = 0; i < handfuls; i += 1) {
    const injections = Array.from({ length: choices.integer(2, FAULTS_MAX) }, (): Injection => {
      const mishap = choices.one(mishaps);
      return { ...mishap, nth: choices.integer(1, NTH_MAX), persist: mishap.lasts && choices.chance(0.5) };
    });
    run(row, scenario, injections, { ...choices.one(kernels), seed: choices.integer(0, 0xffff_ffff) });
  }
}

function sweep(scenario: NamedScenario): Row {
  const { calls } = torture(new SimulatedSteppedKernel({ seed }), scenario, []);
  const made = [...calls.values()].reduce((sum, count) => sum + count, 0);
  const row: Row = { scenario: scenario.name, calls: calls.size, made, runs: 0, faults: 0, violations: 0 };
  for (const call of calls.keys()) callsMade.add(call);
  const mishaps = mishapsOf(scenario, new Set(calls.keys()));
  sweepInTurn(row, scenario, mishaps);
  // Who meets one fault may make calls that were not made without it.
  sweepByChance(row, scenario, mishapsOf(scenario, allCalls));
  // What was logged is not looked at, and would fill the memory.
  log.records.length = 0;
  return row;
}

const callsMade = new Set<LibcCall>();
const log = new LogCapture();
const begun = performance.now();
const rows = scenarios.map(sweep);
log[Symbol.dispose]();

const sum = (column: 'made' | 'runs' | 'faults' | 'violations'): number =>
  rows.reduce((total, row) => total + row[column], 0);
const total: Row = {
  scenario: `all ${rows.length}`,
  calls: callsMade.size,
  made: sum('made'),
  runs: sum('runs'),
  faults: sum('faults'),
  violations: sum('violations'),
};
console.table([...rows, total]);
console.log(`seed ${seed}, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
process.exitCode = total.violations === 0 ? 0 : 1;
