import type { Machine } from '../harness/machine.js';
import type { PeerResult, RowResult } from '../harness/row-result.js';
import type { Metric, Settings } from '../harness/row.js';
import type { Spread } from '../harness/statistics.js';

/** A peer of which the spread of each figure is kept, and not each sample. */
export type KeptPeer = Omit<PeerResult, 'samples'>;

export interface KeptRow extends Omit<RowResult, 'peers'> {
  readonly peers: readonly KeptPeer[];
}

/** What the page and its plots are made of: docs/performance/results.json. */
export interface Results {
  readonly machine: Machine;
  readonly settings: Pick<Settings, 'seconds' | 'warmupSeconds' | 'quick'>;
  readonly rounds: number;
  readonly results: readonly KeptRow[];
}

/** What changes from run to run of the same program on the same machine. */
const CHANGES = 'load average';

/**
 * Several runs as one, without their samples: of rows with the same name the last one counts. Throws an Error if
 * they come from different machines, versions, numbers of rounds or measured times, for then they aren't to be compared.
 */
export function merged(runs: readonly Results[]): Results {
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError('There are no results to merge');
  for (const other of others) requireSame(first, other);
  const rows = new Map(runs.flatMap(({ results }) => results.map((row) => [row.name, withoutSamples(row)])));
  const { machine, rounds } = first;
  const { seconds, warmupSeconds, quick } = first.settings;
  return { machine, settings: { seconds, warmupSeconds, quick }, rounds, results: [...rows.values()] };
}

function requireSame(one: Results, other: Results): void {
  const differing = Object.keys({ ...one.machine, ...other.machine }).filter(
    (key) => key !== CHANGES && one.machine[key] !== other.machine[key],
  );
  if (one.rounds !== other.rounds) differing.push('rounds');
  if (one.settings.seconds !== other.settings.seconds) differing.push('seconds');
  if (differing.length > 0) throw new Error(`The results differ in ${differing.join(', ')}`);
}

function withoutSamples(row: KeptRow): KeptRow {
  return { ...row, peers: row.peers.map(({ name, figures }) => ({ name, figures })) };
}

/** The row of this name; undefined if it wasn't measured, or no peer could be. */
export function rowNamed({ results }: Results, name: string): KeptRow | undefined {
  return results.find((row) => row.name === name && row.peers.length > 0);
}

/** The figure of a peer; undefined where there is none. */
export function figureOf(row: KeptRow, peer: string, metric: string): Spread | undefined {
  return row.peers.find(({ name }) => name === peer)?.figures[metric];
}

/** Throws an Error if the row has no such metric. */
export function metricOf(row: KeptRow, name: string): Metric {
  const metric = row.metrics.find((candidate) => candidate.name === name);
  if (metric === undefined) throw new Error(`The row ${row.name} has no metric ${name}`);
  return metric;
}
