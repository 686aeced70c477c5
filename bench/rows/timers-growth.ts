import { join } from 'node:path';

import { LineProcess } from '../harness/line-process.js';
import { BENCH } from '../harness/paths.js';
import type { Peer, Row, Sample, Settings } from '../harness/row.js';

const HEDDLE = 'callLater';
const NODE = 'setTimeout';

const GROWTH = join(BENCH, 'operations/timer-growth.mjs');
const STEPS = ['schedule', 'cancel', 'fire'] as const;
/** Beside what a phase is meant to take: a cycle that has begun is finished, and one of a million timers takes seconds. */
const SLACK_MS = 120_000;

/** What a timer costs to set, to cancel and to fire where so many are pending. */
function growthRow(exponent: number): Row {
  const count = 10 ** exponent;
  return {
    name: `timers-1e${exponent}`,
    title: `${count} timers are set, then all cancelled; set again, then all fired`,
    peers: [
      {
        name: HEDDLE,
        command: ({ build }) => {
          if ('failure' in build) throw new Error(build.failure);
          return command('heddle', build.folder, count);
        },
      },
      { name: NODE, command: () => command('node', '', count) },
    ],
    metrics: STEPS.map((step) => ({ name: step, label: `CPU ns/${step}`, digits: 0, compared: true })),
    targets: [],
    measure,
  };
}

/** Row by row ten times as many: what grows with their number, and how, shows only side by side. */
export const rows = [3, 4, 5, 6].map(growthRow);

function command(peer: string, build: string, count: number): string[] {
  return [process.execPath, '--expose-gc', GROWTH, peer, build, `${count}`];
}

async function measure(peer: Peer, settings: Settings): Promise<Sample> {
  const { seconds, warmupSeconds } = settings;
  await using process = new LineProcess(peer.name, peer.command(settings), settings.cores?.server ?? null);
  await process.ask(`run ${warmupSeconds}`, SLACK_MS);
  return await process.ask(`run ${seconds}`, SLACK_MS);
}
