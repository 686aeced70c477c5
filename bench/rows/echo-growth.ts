import { measureUnderLoad } from '../harness/load-row.js';
import { C, ECHO_PEERS, HEDDLE } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';
import { Server } from '../harness/server.js';

const FEW = 64;
const MANY = 9000;
const QUICK_MANY = 1000;

/**
 * What a message costs more where there are many connections. For each program that is the kernel's work, too, and what
 * doesn't fit into the processor's caches; the C server shows how much of it can't be helped.
 */
const growth: Row = {
  name: 'echo-growth',
  title: `echo of 64 bytes on ${MANY} connections (--quick: ${QUICK_MANY}) beside ${FEW} of the same process, one message under way on each`,
  peers: ECHO_PEERS,
  metrics: [
    { name: 'growth', label: 'growth', digits: 2, compared: true },
    { name: 'total', label: 'CPU us/op', digits: 2, compared: true },
    { name: 'user', label: 'user', digits: 2, compared: false },
    { name: 'system', label: 'system', digits: 2, compared: false },
    { name: 'few', label: `CPU us/op of ${FEW}`, digits: 2, compared: false },
    { name: 'rate', label: 'op/s', digits: 0, compared: false },
    { name: 'busy', label: 'busy %', digits: 0, compared: false },
    { name: 'loadIdle', label: 'load idle %', digits: 0, compared: false },
    { name: 'p50', label: 'p50 us', digits: 0, compared: false },
    { name: 'p99', label: 'p99 us', digits: 0, compared: false },
  ],
  targets: [{ metric: 'growth', of: HEDDLE, against: C, atMost: 1.5 }],
  measure,
};

export const rows = [growth];

async function measure(peer: Peer, settings: Settings): Promise<Sample> {
  const load = (connections: number) => ['echo', '--connections', `${connections}`, '--size', '64'];
  await using server = await Server.start(peer, settings);
  const few = await measureUnderLoad(server, load(FEW), settings);
  const many = await measureUnderLoad(server, load(settings.quick ? QUICK_MANY : MANY), settings);
  return { ...many, few: few['total']!, growth: many['total']! / few['total']! };
}
