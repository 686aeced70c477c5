import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { HEDDLE, NODE, heddlePeer, nodePeer } from '../harness/peers.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';
import { Server } from '../harness/server.js';

/** A request takes some 10 us: so many of them take about as long as the phases of other rows. */
const REQUESTS_PER_SECOND = 40_000;
/** With pipelining there are more in the same time. */
const PIPELINED_FACTOR = 5;

/** What a request costs that is read, looked up and answered: the RESP server of the examples under redis-benchmark's SET and GET. */
function respRow(name: string, pipelined: number, atMost: number): Row {
  return {
    name,
    title: `redis-benchmark's SET and GET of 64 bytes on 50 connections, ${pipelined} under way on each`,
    peers: [heddlePeer('heddle-resp.mjs'), nodePeer('node-resp.mjs')],
    metrics: [
      { name: 'total', label: 'CPU us/request', digits: 2, compared: true },
      { name: 'user', label: 'user', digits: 2, compared: true },
      { name: 'system', label: 'system', digits: 2, compared: true },
      { name: 'set', label: 'SET/s', digits: 0, compared: true },
      { name: 'get', label: 'GET/s', digits: 0, compared: true },
    ],
    targets: [{ metric: 'total', of: HEDDLE, against: NODE, atMost }],
    measure: (peer, settings) => measure(peer, pipelined, settings),
  };
}

export const rows = [respRow('resp', 1, 0.9), respRow('resp-pipelined', 16, 0.9)];

async function measure(peer: Peer, pipelined: number, settings: Settings): Promise<Sample> {
  const perSecond = pipelined === 1 ? REQUESTS_PER_SECOND : REQUESTS_PER_SECOND * PIPELINED_FACTOR;
  const requests = (seconds: number): number => Math.ceil((perSecond * seconds) / 2);
  await using server = await Server.start(peer, settings);
  await benchmark(server, requests(settings.warmupSeconds), pipelined, settings);
  const before = await server.usage();
  const measured = requests(settings.seconds);
  const rates = await benchmark(server, measured, pipelined, settings);
  const after = await server.usage();
  const user = (after.userUs - before.userUs) / (measured * 2);
  const system = (after.systemUs - before.systemUs) / (measured * 2);
  return { total: user + system, user, system, ...rates };
}

/** Runs redis-benchmark; answers the requests per second that it reports. */
async function benchmark(
  server: Server,
  requests: number,
  pipelined: number,
  { cores }: Settings,
): Promise<{ set: number; get: number }> {
  const bound = cores === null ? [] : ['taskset', '--cpu-list', String(cores.load)];
  const options = {
    '-p': server.port,
    '-n': requests,
    '-P': pipelined,
    '-t': 'set,get',
    '-d': 64,
    '-r': 1000,
  };
  const [program, ...words] = [
    ...bound,
    'redis-benchmark',
    ...Object.entries(options).flat().map(String),
    '--csv',
  ];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').catch((error: unknown) => {
    throw new Error("redis-benchmark isn't installed (Debian: redis-tools)", { cause: error });
  });
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const rate = (test: string): number => Number(new RegExp(`^"${test}","([\\d.]+)"`, 'm').exec(output)?.[1]);
  const rates = { set: rate('SET'), get: rate('GET') };
  if (child.exitCode !== 0 || Number.isNaN(rates.set + rates.get)) {
    throw new Error(`redis-benchmark ended with status ${String(child.exitCode)}: ${complaints || output}`);
  }
  return rates;
}
