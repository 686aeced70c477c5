import type { TopLevelSpec } from 'vega-lite';

import { C, HEDDLE, NODE } from '../harness/peers.js';
import { barChart } from './bars.js';
import { barsOf, countText, pointsOf, SPREAD } from './figures.js';
import { lineChart, type LinePanel } from './lines.js';
import { figureOf, rowNamed, type KeptRow, type Results } from './results.js';

/** Whom the plots of many rows show: those that are in all of them. */
const ALWAYS = [HEDDLE, NODE, C];

export function echo(results: Results): TopLevelSpec | null {
  const row = rowNamed(results, 'echo');
  if (row === undefined) return null;
  return barChart('CPU time of an echo', `64 bytes on 64 connections; ${SPREAD}`, [
    barsOf(row, 'total', 'µs of CPU time per message'),
  ]);
}

export function connect(results: Results): TopLevelSpec | null {
  const row = rowNamed(results, 'connect');
  if (row === undefined) return null;
  return barChart('A client that connects, asks once and goes', `64 of them under way at once; ${SPREAD}`, [
    barsOf(row, 'total', 'µs of CPU time per connection'),
    barsOf(row, 'rate', 'connections per second'),
  ]);
}

export function idle(results: Results): TopLevelSpec | null {
  const row = rowNamed(results, 'idle');
  if (row === undefined) return null;
  return barChart('Memory of an idle connection', `9000 of them that have echoed once; ${SPREAD}`, [
    barsOf(row, 'perConnection', 'resident bytes per connection'),
  ]);
}

export function storm(results: Results): TopLevelSpec | null {
  const row = rowNamed(results, 'storm');
  if (row === undefined) return null;
  const hangs = (peer: string): boolean => (figureOf(row, peer, 'hung')?.median ?? 0) > 0;
  const answered = barsOf(row, 'answeredMs', 'ms until all are answered');
  return barChart('1000 clients at once, and 256 descriptors', SPREAD, [
    barsOf(row, 'hung', 'clients left hanging'),
    {
      ...answered,
      bars: answered.bars.map((bar) => (hangs(bar.peer) ? { ...bar, label: 'never' } : bar)),
    },
    { ...barsOf(row, 'fullCpu', '% of a processor while full'), end: 100 },
    barsOf(row, 'recoveryMs', 'ms until a new client is served again'),
  ]);
}

/** As they are called in the names of rows, and as they are read. */
export const SIZES = [
  ['64', '64 B'],
  ['1k', '1 KiB'],
  ['10k', '10 KiB'],
  ['100k', '100 KiB'],
] as const;
export const CONNECTIONS = [1, 64, 1000];

/** The row `echo` is the one of 64 bytes on 64 connections. */
export function echoRow(results: Results, size: string, connections: number): KeptRow | undefined {
  return rowNamed(results, size === '64' && connections === 64 ? 'echo' : `echo-${size}-${connections}`);
}

export function echoSizes(results: Results): TopLevelSpec | null {
  const panels = CONNECTIONS.map((connections): LinePanel => ({
    title: connections === 1 ? '1 connection' : `${connections} connections`,
    points: SIZES.flatMap(([size, text]) =>
      pointsOf(echoRow(results, size, connections), 'total', text, ALWAYS),
    ),
  })).filter(({ points }) => points.length > 0);
  if (panels.length === 0) return null;
  const axes = { x: 'size of a message', y: 'µs of CPU time per message', logarithmic: true };
  return lineChart('CPU time of an echo by its size', `both axes are logarithmic; ${SPREAD}`, axes, panels);
}

/** The row `echo-growth` is of 9000 connections, and of 64 in the same process. */
export function echoGrowth(results: Results): TopLevelSpec | null {
  const points = [
    ...CONNECTIONS.flatMap((connections) =>
      pointsOf(echoRow(results, '64', connections), 'total', countText(connections), ALWAYS),
    ),
    ...pointsOf(rowNamed(results, 'echo-growth'), 'total', countText(9000), ALWAYS),
  ];
  return lineChart(
    'CPU time of an echo by the number of connections',
    `64 bytes; one message under way on each; ${SPREAD}`,
    { x: 'connections', y: 'µs of CPU time per message' },
    [{ title: '', points }],
  );
}
