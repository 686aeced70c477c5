import { Load, type Outcome } from './load.js';
import { ECHO_PEERS } from './peers.js';
import type { Metric, Peer, Row, Sample, Settings, Target } from './row.js';
import { Server, type Usage } from './server.js';

/** What is particular to a benchmark that puts load on servers that echo. */
export interface LoadRow {
  readonly name: string;
  readonly title: string;
  /** The load generator's mode and arguments (c/load.c), but for the port and the times. */
  readonly load: readonly string[];
  readonly targets: readonly Target[];
  /** One of many of its kind: half the measured time is enough. */
  readonly brief?: boolean;
  /** The warming up goes on until so many operations are done, on a busy machine as well. Default: 20,000. */
  readonly warmupOperations?: number;
  /** The programs that are compared. Default: the echo servers. */
  readonly peers?: readonly Peer[];
}

export const LOAD_METRICS: readonly Metric[] = [
  { name: 'total', label: 'CPU us/op', digits: 2, compared: true },
  { name: 'user', label: 'user', digits: 2, compared: true },
  { name: 'system', label: 'system', digits: 2, compared: true },
  { name: 'rate', label: 'op/s', digits: 0, compared: false },
  { name: 'busy', label: 'busy %', digits: 0, compared: false },
  { name: 'loadIdle', label: 'load idle %', digits: 0, compared: false },
  { name: 'p50', label: 'p50 us', digits: 0, compared: false },
  { name: 'p99', label: 'p99 us', digits: 0, compared: false },
];

/** V8 has compiled by then what an echo runs through. Without other load it is done within the time. */
const WARMUP_OPERATIONS = 20_000;
const QUICK_WARMUP_OPERATIONS = 1000;

/**
 * A benchmark of the CPU time that a server's process spends on an operation. Rate and latency are shown
 * beside it, but they tell of the load generator as well, and of the two sharing a machine.
 */
export function loadRow({ name, title, load, targets, ...rest }: LoadRow): Row {
  const { brief = false, warmupOperations, peers = ECHO_PEERS } = rest;
  return {
    name,
    title,
    peers,
    metrics: LOAD_METRICS,
    targets,
    measure: async (peer, settings) => {
      const seconds = brief ? settings.seconds / 2 : settings.seconds;
      await using server = await Server.start(peer, settings);
      return await measureUnderLoad(server, load, { ...settings, seconds }, warmupOperations);
    },
  };
}

/** Warms the server up, puts load on it and takes all the figures of LOAD_METRICS. */
export async function measureUnderLoad(
  server: Server,
  words: readonly string[],
  settings: Settings,
  warmupOperations = WARMUP_OPERATIONS,
): Promise<Sample> {
  const lengths = {
    '--seconds': settings.seconds,
    '--warmup-seconds': settings.warmupSeconds,
    '--warmup-count': settings.quick ? QUICK_WARMUP_OPERATIONS : warmupOperations,
  };
  await using load = await Load.start(
    server,
    [...words, ...Object.entries(lengths).flat().map(String)],
    settings,
  );
  const before = await server.usage();
  const outcome = await load.run();
  const after = await server.usage();
  checkCount(before, after, outcome);
  return sample(before, after, outcome);
}

/** A server that counts what it reads has to have read all that was sent; an operation is a byte there. */
function checkCount(before: Usage, after: Usage, { operations }: Outcome): void {
  if (before.bytesRead === undefined || after.bytesRead === undefined) return;
  const counted = after.bytesRead - before.bytesRead;
  if (counted !== operations)
    throw new Error(`The server read ${counted} bytes of ${operations} that were sent`);
}

function sample(before: Usage, after: Usage, { operations, seconds, idle, p50Us, p99Us }: Outcome): Sample {
  const userUs = after.userUs - before.userUs;
  const systemUs = after.systemUs - before.systemUs;
  return {
    total: (userUs + systemUs) / operations,
    user: userUs / operations,
    system: systemUs / operations,
    rate: operations / seconds,
    // The share of the time in which the server had its processor: near 100 it was the bottleneck.
    busy: (userUs + systemUs) / (seconds * 1e4),
    // Above 0 the load generator waits for the server, not the server for it.
    loadIdle: idle * 100,
    p50: p50Us,
    p99: p99Us,
  };
}
