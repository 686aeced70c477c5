// Draws the plots of docs/performance.md and fills in its tables, from docs/performance/results.json:
//
//   npm run bench:plots                      from what is there
//   npm run bench:plots -- today.json ...    from runs that --json has kept in bench/results/, which are put there first
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { REPOSITORY, RESULTS } from '../harness/paths.js';
import { drawn } from './draw.js';
import { withTables } from './page.js';
import { merged, type Results } from './results.js';

const FOLDER = join(REPOSITORY, 'docs/performance');
const PAGE = join(REPOSITORY, 'docs/performance.md');
const KEPT = join(FOLDER, 'results.json');

function read(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** As `npm run format` would leave it. */
async function write(file: string, text: string): Promise<void> {
  const config = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...config, filepath: file }));
}

const runs = process.argv.slice(2).map((file) => read(resolve(RESULTS, file)));
if (runs.length > 0) await write(KEPT, JSON.stringify(merged(runs)));
const results = read(KEPT);
for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.svg'))) rmSync(join(FOLDER, name));
for (const [name, svg] of await drawn(results)) writeFileSync(join(FOLDER, name), svg);
await write(PAGE, withTables(readFileSync(PAGE, 'utf8'), results));
