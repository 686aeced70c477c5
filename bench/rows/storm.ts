import { setTimeout as delay } from 'node:timers/promises';

import { Load } from '../harness/load.js';
import { ALL_ECHO_PEERS, GO, HEDDLE, NODE, TWISTED } from '../harness/peers.js';
import { processorTimeMs } from '../harness/processor-time.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';
import { Server } from '../harness/server.js';

/** What the server may have open, soft and hard limit: Node needs more than 100 to start. */
const DESCRIPTORS = 256;
const CLIENTS = 1000;
/** Who isn't answered by then hangs. The kernel repeats a dropped connect after 1, 3 and 7 s. */
const DEADLINE_SECONDS = 10;
const QUIET_MS = 2000;
/** --quick waits for no answer longer than this, and watches for so long. */
const QUICK_DEADLINE_SECONDS = 3;
const QUICK_QUIET_MS = 500;

/** The C server, the floor elsewhere, has no answer to this: it ends. */
const PEERS: readonly string[] = [HEDDLE, NODE, TWISTED, GO];

const storm: Row = {
  name: 'storm',
  title: `${CLIENTS} clients at once of a server that may have ${DESCRIPTORS} descriptors open`,
  peers: ALL_ECHO_PEERS.filter(({ name }) => PEERS.includes(name)).map(limited),
  metrics: [
    { name: 'hung', label: 'clients hung', digits: 0, compared: false },
    { name: 'answeredMs', label: 'ms until all answered', digits: 0, compared: true },
    { name: 'floodCpuMs', label: 'CPU ms meanwhile', digits: 0, compared: true },
    { name: 'fullCpu', label: 'CPU % while full', digits: 1, compared: false },
    { name: 'recoveryMs', label: 'ms to recover', digits: 1, compared: false },
    { name: 'served', label: 'served', digits: 0, compared: false },
    { name: 'told', label: 'told', digits: 0, compared: false },
  ],
  targets: [
    { metric: 'hung', of: HEDDLE, atMost: 0 },
    { metric: 'fullCpu', of: HEDDLE, atMost: 5 },
    { metric: 'recoveryMs', of: HEDDLE, atMost: 1000 },
  ],
  measure,
};

/** What becomes of a server, and of its clients, when its descriptors run out. */
export const rows = [storm];

/** The limit counts from before the server starts, as where an administrator sets it. */
function limited(peer: Peer): Peer {
  return {
    name: peer.name,
    command: (settings) => ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, ...peer.command(settings)],
  };
}

async function measure(peer: Peer, settings: Settings): Promise<Sample> {
  const deadline = settings.quick ? QUICK_DEADLINE_SECONDS : DEADLINE_SECONDS;
  await using server = await Server.start(peer, settings);
  await warmUp(server, settings);
  const words = ['storm', '--count', `${CLIENTS}`, '--seconds', `${deadline}`];
  await using load = await Load.start(server, words, settings);
  const before = processorTimeMs(server.pid);
  const flood = await load.ask('go', ['served', 'told', 'hung', 'answeredMs']);
  const floodCpuMs = processorTimeMs(server.pid) - before;
  const fullCpu = await processorShare(server.pid, settings.quick ? QUICK_QUIET_MS : QUIET_MS);
  const { recoveryMs } = await load.ask('leave', ['recoveryMs']);
  return { ...flood, floodCpuMs, fullCpu, recoveryMs };
}

/** A server that a flood comes over has been running for a while: its code is compiled. */
async function warmUp(server: Server, settings: Settings): Promise<void> {
  const words = ['connect', '--connections', '64', '--count', '64'];
  const times = ['--warmup-seconds', `${settings.warmupSeconds}`];
  await using load = await Load.start(server, [...words, ...times], settings);
  await load.run();
}

/** The share of a processor, in per cent, that the process uses for the next `ms`. */
async function processorShare(pid: number, ms: number): Promise<number> {
  const [since, before] = [performance.now(), processorTimeMs(pid)];
  await delay(ms);
  return ((processorTimeMs(pid) - before) / (performance.now() - since)) * 100;
}
