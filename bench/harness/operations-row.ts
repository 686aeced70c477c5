import { join } from 'node:path';

import { LineProcess } from './line-process.js';
import { BENCH } from './paths.js';
import type { Metric, Peer, Row, Sample, Settings, Target } from './row.js';

/** What is particular to a benchmark of operations inside a process. */
export interface OperationsRow {
  readonly name: string;
  readonly title: string;
  /** In the order of the table; made by `heddleOperation` and `operation`. */
  readonly peers: readonly Peer[];
  readonly targets: readonly Target[];
}

const METRICS: readonly Metric[] = [
  { name: 'total', label: 'CPU ns/op', digits: 1, compared: true },
  { name: 'user', label: 'user', digits: 1, compared: true },
  { name: 'system', label: 'system', digits: 1, compared: false },
  { name: 'rate', label: 'op/s', digits: 0, compared: false },
];

const RUNNER = join(BENCH, 'operations/run.mjs');
/** Beside what a phase is meant to take: how long it may take before the peer is held to hang. */
const SLACK_MS = 60_000;

/**
 * A benchmark of the CPU time that an operation takes in a process that does nothing else, all of its threads
 * together: V8's compilers and collectors are paid for, too.
 */
export function operationsRow(row: OperationsRow): Row {
  return { ...row, metrics: METRICS, measure };
}

/** A peer that runs the operation `name` of the file `module` in bench/operations/, without heddle. */
export function operation(peer: string, module: string, name: string): Peer {
  return { name: peer, command: () => command(module, name) };
}

/** The same with heddle's build, which the operation imports by the function that it is given. */
export function heddleOperation(peer: string, module: string, name: string): Peer {
  return {
    name: peer,
    command: ({ build }) => {
      if ('failure' in build) throw new Error(build.failure);
      return [...command(module, name), build.folder];
    },
  };
}

function command(module: string, name: string): string[] {
  return [process.execPath, '--expose-gc', RUNNER, join(BENCH, 'operations', module), name];
}

async function measure(peer: Peer, settings: Settings): Promise<Sample> {
  const { seconds, warmupSeconds } = settings;
  await using process = new LineProcess(peer.name, peer.command(settings), settings.cores?.server ?? null);
  await process.ask(`run ${warmupSeconds}`, SLACK_MS + warmupSeconds * 1000);
  return sample(await process.ask(`run ${seconds}`, SLACK_MS + seconds * 1000));
}

function sample(answer: Readonly<Record<string, number>>): Sample {
  const { operations, seconds, userUs, systemUs } = answer;
  if (operations === undefined || seconds === undefined || userUs === undefined || systemUs === undefined) {
    throw new Error('The answer to run lacks a field');
  }
  return {
    total: ((userUs + systemUs) * 1000) / operations,
    user: (userUs * 1000) / operations,
    system: (systemUs * 1000) / operations,
    rate: operations / seconds,
  };
}
