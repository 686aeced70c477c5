// Runs benchmarks and prints what they came to; bench/README.md has the method.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { buildHeddle } from './harness/build.js';
import { allRows, pickPeers, pickRows } from './harness/catalogue.js';
import { compiled, CompilerMissing } from './harness/compile.js';
import { chooseCores } from './harness/cores.js';
import { describeMachine } from './harness/machine.js';
import { parseOptions, USAGE, type Options } from './harness/options.js';
import { report } from './harness/report.js';
import type { RowResult } from './harness/row-result.js';
import type { Settings } from './harness/row.js';
import { runRow } from './harness/run-row.js';
import { table } from './harness/table.js';

/** With fewer rounds than this, chance decides too much. */
const ROUNDS_WANTED = 9;

// Results go to standard output; progress and warnings to standard error.
const say = (text: string) => void process.stdout.write(`${text}\n`);
const warn = (text: string) => void process.stderr.write(`${text}\n`);

async function main(options: Options): Promise<boolean> {
  const rows = pickPeers(pickRows(await allRows(), options.rows), options.peers);
  if (options.list) {
    for (const { name, title, peers } of rows) {
      say(`${name}: ${title} (${peers.map((peer) => peer.name).join(', ')})`);
    }
    return true;
  }
  const settings = prepare(options);
  const machine = describeMachine(options.driver);
  say(`${table(Object.entries(machine).map(([key, value]) => [`${key}: ${value}`]))}\n`);
  if (options.rounds < ROUNDS_WANTED) say(`Fewer than ${ROUNDS_WANTED} rounds: the figures are rough.\n`);
  const results: RowResult[] = [];
  for (const row of rows) {
    const result = await runRow(row, options.rounds, settings, warn);
    results.push(result);
    say(`\n${report(result, row.metrics)}\n`);
  }
  if (options.json !== null) keep(options.json, { machine, settings, rounds: options.rounds, results });
  return results.every((result) => result.targets.every((target) => target.met));
}

/** Builds what has to be built. */
function prepare(options: Options): Settings {
  compiled('load');
  const { seconds, warmupSeconds, quick, driver } = options;
  const failure = options.build ? buildHeddle() : null;
  // What a failed build leaves in dist/ is nobody's program: better no figures than those.
  const build = failure === null ? { folder: options.buildFolder } : { failure };
  // The servers inherit it.
  if (driver !== null) process.env['HEDDLE_FFI'] = driver;
  return {
    cores: chooseCores(options.cores, warn),
    seconds,
    warmupSeconds,
    quick,
    driver,
    build,
  };
}

function keep(file: string, results: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  say(`The results are in ${file}`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    say(USAGE);
  } else {
    const met = await main(options);
    if (options.check && !met) process.exitCode = 1;
  }
} catch (error) {
  if (error instanceof CompilerMissing) {
    warn(
      'gcc is not there, and without it neither the C peers nor the load generator can be made: nothing is measured.',
    );
  } else {
    warn(error instanceof Error ? error.message : String(error));
  }
  process.exitCode = 1;
}
