import type { TopLevelSpec } from 'vega-lite';

import { countText, pointsOf, SPREAD } from './figures.js';
import { lineChart, type LinePanel } from './lines.js';
import { rowNamed, type Results } from './results.js';

export const TIMERS = [1e3, 1e4, 1e5, 1e6];
export const READY = [0, 1, 64, 512];

export function timers(results: Results): TopLevelSpec | null {
  const panels = [
    ['schedule', 'to schedule one'],
    ['cancel', 'to cancel one'],
    ['fire', 'to fire one'],
  ].map(([metric = '', title = '']): LinePanel => ({
    title,
    points: TIMERS.flatMap((count) =>
      pointsOf(rowNamed(results, `timers-1e${Math.log10(count)}`), metric, countText(count)),
    ),
  }));
  const axes = { x: 'timers', y: 'ns of CPU time per timer', ownY: true };
  return lineChart('Timers as they become many', `x is logarithmic; ${SPREAD}`, axes, panels);
}

export function turn(results: Results): TopLevelSpec | null {
  const points = (metric: string, places: readonly number[]) =>
    places.flatMap((ready) => pointsOf(rowNamed(results, `turn-${ready}`), metric, `${ready}`));
  return lineChart(
    'A turn of the reactor',
    `y is logarithmic; ${SPREAD}`,
    { x: 'ready descriptors', y: 'ns of CPU time', logarithmic: true, ownY: true },
    [
      { title: 'for the whole turn', points: points('total', READY) },
      { title: 'for each ready descriptor', points: points('perReady', READY.slice(1)) },
    ],
  );
}
