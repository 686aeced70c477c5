// Draws the plots of docs/performance.md and fills in its tables, from docs/performance/results.json:
//
//   npm run bench:plots                      from what is there
//   npm run bench:plots -- today.json ...    from runs that --json has kept in bench/results/, which are put there first
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { RESULTS } from '../harness/paths.js';
import { filesMadeOf, FOLDER, formatted, KEPT, readResults } from './kept.js';
import { merged } from './results.js';

const runs = process.argv.slice(2).map((file) => readResults(resolve(RESULTS, file)));
if (runs.length > 0) writeFileSync(KEPT, await formatted(KEPT, JSON.stringify(merged(runs))));

const files = await filesMadeOf(readResults(KEPT));
for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.svg'))) rmSync(join(FOLDER, name));
for (const [file, text] of files) writeFileSync(file, text);
process.stdout.write(`${files.size} files made of ${KEPT}\n`);
