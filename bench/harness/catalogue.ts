import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { BENCH } from './paths.js';
import type { Row } from './row.js';

const FOLDER = join(BENCH, 'rows');

/** All rows: whatever the files of bench/rows/ export as `rows`, in the order of the files' names. */
export async function allRows(): Promise<Row[]> {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .toSorted();
  const modules = await Promise.all(
    names.map(
      (name) => import(pathToFileURL(join(FOLDER, name)).href) as Promise<{ readonly rows: readonly Row[] }>,
    ),
  );
  return modules.flatMap((module) => module.rows);
}

/** The rows with these names, in this order; all of them for no names. Throws a RangeError for an unknown one. */
export function pickRows(rows: readonly Row[], names: readonly string[]): readonly Row[] {
  if (names.length === 0) return rows;
  return names.map((name) => {
    const row = rows.find((candidate) => candidate.name === name);
    if (row !== undefined) return row;
    throw new RangeError(`There is no row ${name}; there are ${rows.map((known) => known.name).join(', ')}`);
  });
}
