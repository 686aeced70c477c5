import { setTimeout as delay } from 'node:timers/promises';

import { Load } from '../harness/load.js';
import { LOAD_METRICS, measureUnderLoad } from '../harness/load-row.js';
import { ALL_ECHO_PEERS, ECHO_PEERS, HEDDLE, NODE } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings, Target } from '../harness/row.js';
import { Server, type Usage } from '../harness/server.js';

const CONNECTIONS = 9000;
const QUICK_CONNECTIONS = 1000;
const ACTIVE_CONNECTIONS = 64;
/** Enough that all code has been loaded and run once; few enough that no memory worth mentioning stays behind. */
const WARMUP_CONNECTIONS = 100;
/** V8 gives pages back on threads of its own, a moment after the collection. */
const SETTLE_MS = 300;

function memoryRow(
  name: string,
  count: number,
  { peers, targets }: { peers: readonly Peer[]; targets: readonly Target[] },
): Row {
  const quick = count > QUICK_CONNECTIONS ? ` (--quick: ${QUICK_CONNECTIONS})` : '';
  return {
    name,
    title: `memory of ${count} connections${quick} that have echoed once and are idle`,
    peers,
    metrics: [
      { name: 'perConnection', label: 'RSS bytes/connection', digits: 0, compared: true },
      { name: 'heap', label: 'heap bytes/connection', digits: 0, compared: true },
      { name: 'empty', label: 'RSS before, KiB', digits: 0, compared: false },
      { name: 'full', label: 'RSS with all, KiB', digits: 0, compared: true },
    ],
    targets,
    measure: (peer, settings) => measureMemory(peer, count, settings),
  };
}

const latency: Row = {
  name: 'idle-latency',
  title: `echo of 64 bytes on ${ACTIVE_CONNECTIONS} connections among ${CONNECTIONS} (--quick: ${QUICK_CONNECTIONS}) that are idle, one message under way on each`,
  peers: ECHO_PEERS,
  metrics: LOAD_METRICS.map((metric) => ({
    ...metric,
    compared: metric.compared || ['p50', 'p99'].includes(metric.name),
  })),
  targets: [],
  measure: measureLatency,
};

export const rows = [
  memoryRow('idle', CONNECTIONS, {
    peers: ALL_ECHO_PEERS,
    targets: [
      { metric: 'perConnection', of: HEDDLE, against: NODE, atMost: 0.35 },
      { metric: 'perConnection', of: HEDDLE, atMost: 1300 },
    ],
  }),
  memoryRow('idle-1000', 1000, { peers: ECHO_PEERS, targets: [] }),
  latency,
];

/** `count` connections that have echoed once and stay. */
function idleLoad(server: Server, count: number, settings: Settings): Promise<Load> {
  const limited = settings.quick ? Math.min(count, QUICK_CONNECTIONS) : count;
  const words = ['idle', '--count', `${limited}`, '--warmup-count', `${WARMUP_CONNECTIONS}`];
  return Load.start(server, words, settings);
}

async function measureMemory(peer: Peer, count: number, settings: Settings): Promise<Sample> {
  await using server = await Server.start(peer, settings);
  await using load = await idleLoad(server, count, settings);
  const empty = await settledMemory(server);
  const { operations: connections } = await load.run();
  const full = await settledMemory(server);
  return {
    perConnection: (full.rss - empty.rss) / connections,
    heap: (full.heap - empty.heap) / connections,
    empty: empty.rss / 1024,
    full: full.rss / 1024,
  };
}

async function measureLatency(peer: Peer, settings: Settings): Promise<Sample> {
  await using server = await Server.start(peer, settings);
  await using idle = await idleLoad(server, CONNECTIONS, settings);
  await idle.run();
  const words = ['echo', '--connections', `${ACTIVE_CONNECTIONS}`, '--size', '64'];
  return await measureUnderLoad(server, words, settings);
}

async function settledMemory(server: Server): Promise<Usage> {
  await server.collectGarbage();
  await delay(SETTLE_MS);
  await server.collectGarbage();
  await delay(SETTLE_MS);
  return server.usage();
}
