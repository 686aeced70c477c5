/**
 * Random simulations, one seed after the other, for some minutes; it prints what it has done, and each violation with its seed, and ends with 1 if
 * there was one. One seed can be repeated with `--count 1`.
 *
 *     npx tsx test/torture/simulate.ts [--seed 1] [--minutes 1] [--count 1000000]
 */
import { LogCapture } from '../../src/testing/index.js';
import { numbersFrom } from './arguments.js';
import { type SimulationResult, simulate } from './simulation.js';

const { seed, minutes, count } = numbersFrom(process.argv.slice(2), {
  seed: 1,
  minutes: 1,
  count: 1_000_000,
});
const end = performance.now() + minutes * 60_000;
const results: SimulationResult[] = [];
const log = new LogCapture();
for (let i = 0; i < count && performance.now() < end; i += 1) {
  const result = simulate(seed + i);
  for (const violation of result.violations) console.error(`seed ${result.seed}: ${violation}`);
  log.records.length = 0;
  results.push(result);
}
log[Symbol.dispose]();

const sum = (number: (result: SimulationResult) => number): number =>
  results.reduce((total, each) => total + number(each), 0);
console.table({
  simulations: results.length,
  'of these calm': results.filter(({ calm }) => calm).length,
  connections: sum(({ connections }) => connections),
  'clients that got everything back': sum(({ completed }) => completed),
  'clients shed': sum(({ shed }) => shed),
  faults: sum(({ faults }) => faults),
  'virtual hours': Math.round(sum(({ virtualMs }) => virtualMs) / 3_600_000),
  violations: sum(({ violations }) => violations.length),
});
process.exitCode = results.some(({ violations }) => violations.length > 0) ? 1 : 0;
