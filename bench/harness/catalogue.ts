import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { BENCH } from './paths.js';
import type { Peer, Row } from './row.js';

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

/**
 * The rows that these words name, in this order and each once; all of them for no words. A word is a name, or a
 * pattern in which `*` stands for any characters. Throws a RangeError for a word that names none.
 */
export function pickRows(rows: readonly Row[], words: readonly string[]): readonly Row[] {
  if (words.length === 0) return rows;
  return [...new Set(words.flatMap((word) => rowsNamed(rows, word)))];
}

function rowsNamed(rows: readonly Row[], word: string): readonly Row[] {
  const named = rows.filter(({ name }) => matches(name, word));
  if (named.length > 0) return named;
  throw new RangeError(`There is no row ${word}; there are ${rows.map(({ name }) => name).join(', ')}`);
}

function matches(name: string, pattern: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[^\w-]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name);
}

/**
 * The rows with these peers only, in whatever case their names are written, and with the targets that are about
 * them; rows that have none of them are left out. Null takes all peers. Throws a RangeError for a peer that no
 * row has.
 */
export function pickPeers(rows: readonly Row[], names: readonly string[] | null): readonly Row[] {
  if (names === null) return rows;
  const known = new Set(rows.flatMap(({ peers }) => peers.map(({ name }) => name)));
  const wanted = new Set(
    names.map((name) => [...known].find((peer) => isCalled(peer, name)) ?? unknown(name, known)),
  );
  const isWanted = ({ name }: Pick<Peer, 'name'>): boolean => wanted.has(name);
  return rows
    .map((row) => ({
      ...row,
      peers: row.peers.filter(isWanted),
      targets: row.targets.filter(({ of, against = of }) => wanted.has(of) && wanted.has(against)),
    }))
    .filter(({ peers }) => peers.length > 0);
}

function isCalled(peer: string, name: string): boolean {
  return peer.toLowerCase() === name.toLowerCase();
}

function unknown(name: string, known: ReadonlySet<string>): never {
  throw new RangeError(`No row has a peer ${name}; there are ${[...known].join(', ')}`);
}
