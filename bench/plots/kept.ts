import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { REPOSITORY } from '../harness/paths.js';
import { drawn } from './draw.js';
import { withTables } from './page.js';
import type { Results } from './results.js';

/** The plots, and the results that they are made of. */
export const FOLDER = join(REPOSITORY, 'docs/performance');
export const KEPT = join(FOLDER, 'results.json');
export const PAGE = join(REPOSITORY, 'docs/performance.md');

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** Text as `npm run format` leaves it in that file. */
export async function formatted(file: string, text: string): Promise<string> {
  return await format(text, { ...(await resolveConfig(file)), filepath: file });
}

/** All that is made of the results, by the file that it belongs into: the page with its tables, and the plots. */
export async function filesMadeOf(results: Results): Promise<ReadonlyMap<string, string>> {
  const plots = [...(await drawn(results))].map(([name, svg]) => [join(FOLDER, name), svg] as const);
  const page = await formatted(PAGE, withTables(readFileSync(PAGE, 'utf8'), results));
  return new Map([[PAGE, page], ...plots]);
}
