import type { Bar, BarPanel } from './bars.js';
import type { Point } from './lines.js';
import { figureOf, metricOf, type KeptRow } from './results.js';

/** What the strokes are, for the line below a plot's title. */
export const SPREAD = 'median of the rounds, and from the least to the greatest';

/** A metric of a row as bars, one for each peer, labelled with the median. */
export function barsOf(row: KeptRow, metric: string, axis: string): BarPanel {
  const { digits } = metricOf(row, metric);
  const bars = row.peers.map(({ name, figures }): Bar => {
    const spread = figures[metric]!;
    return { peer: name, ...spread, label: withThousands(spread.median.toFixed(digits)) };
  });
  return { axis, bars };
}

/** A metric of a row as the points of some of its peers, or of all, at one place of the x axis; none for a row that isn't there. */
export function pointsOf(
  row: KeptRow | undefined,
  metric: string,
  place: string,
  peers: readonly string[] = row?.peers.map(({ name }) => name) ?? [],
): Point[] {
  if (row === undefined) return [];
  return peers.flatMap((peer) => {
    const spread = figureOf(row, peer, metric);
    return spread === undefined ? [] : [{ peer, place, ...spread }];
  });
}

/** 1000 as 1k, 1000000 as 1M. */
export function countText(count: number): string {
  if (count >= 1e6) return `${count / 1e6}M`;
  return count >= 1000 ? `${count / 1000}k` : `${count}`;
}

/** 12345.6 as 12,345.6. */
export function withThousands(digits: string): string {
  const [whole = '', ...rest] = digits.split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}
