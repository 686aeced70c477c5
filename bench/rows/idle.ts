import { setTimeout as delay } from 'node:timers/promises';

import { Load } from '../harness/load.js';
import { ECHO_PEERS, HEDDLE, NODE } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';
import { Server, type Usage } from '../harness/server.js';

const CONNECTIONS = 9000;
const QUICK_CONNECTIONS = 1000;
/** Enough that all code has been loaded and run once; few enough that no memory worth mentioning stays behind. */
const WARMUP_CONNECTIONS = 100;
/** V8 gives pages back on threads of its own, a moment after the collection. */
const SETTLE_MS = 300;

const idle: Row = {
  name: 'idle',
  title: `memory of ${CONNECTIONS} connections (--quick: ${QUICK_CONNECTIONS}) that have echoed once and are idle`,
  peers: ECHO_PEERS,
  metrics: [
    { name: 'perConnection', label: 'RSS bytes/connection', digits: 0, compared: true },
    { name: 'heap', label: 'heap bytes/connection', digits: 0, compared: true },
    { name: 'empty', label: 'RSS before, KiB', digits: 0, compared: false },
    { name: 'full', label: 'RSS with all, KiB', digits: 0, compared: true },
  ],
  targets: [
    { metric: 'perConnection', of: HEDDLE, against: NODE, atMost: 0.35 },
    { metric: 'perConnection', of: HEDDLE, atMost: 1500 },
  ],
  measure,
};

export const rows = [idle];

async function measure(peer: Peer, settings: Settings): Promise<Sample> {
  const count = settings.quick ? QUICK_CONNECTIONS : CONNECTIONS;
  const words = ['idle', '--count', `${count}`, '--warmup-count', `${WARMUP_CONNECTIONS}`];
  await using server = await Server.start(peer, settings);
  await using load = await Load.start(server, words, settings);
  const empty = await settledMemory(server);
  await load.run();
  const full = await settledMemory(server);
  return {
    perConnection: (full.rss - empty.rss) / count,
    heap: (full.heap - empty.heap) / count,
    empty: empty.rss / 1024,
    full: full.rss / 1024,
  };
}

async function settledMemory(server: Server): Promise<Usage> {
  await server.collectGarbage();
  await delay(SETTLE_MS);
  await server.collectGarbage();
  await delay(SETTLE_MS);
  return server.usage();
}
