import type { TopLevelSpec } from 'vega-lite';

import type { Spread } from '../harness/statistics.js';
import { colourScale } from './colours.js';
import type { PanelSpec } from './render.js';

/** A peer's figure at a place of the x axis. */
export interface Point extends Spread {
  readonly peer: string;
  /** What stands below it. Places are at equal distances, in the order in which they come first. */
  readonly place: string;
}

/** Lines that have one pair of axes. */
export interface LinePanel {
  readonly title: string;
  readonly points: readonly Point[];
}

export interface LineAxes {
  /** What x counts. */
  readonly x: string;
  /** What y counts, with the unit. */
  readonly y: string;
  /** Whether y is logarithmic; else it begins at 0. */
  readonly logarithmic?: boolean;
  /** Whether each panel has a y axis of its own, since their figures are of different sizes. */
  readonly ownY?: boolean;
}

const WIDTH = 600;
const HEIGHT = 230;
const BETWEEN = 30;

/** Panels of lines side by side, one line for each peer; a vertical stroke goes from the least round to the greatest. */
export function lineChart(
  title: string,
  subtitle: string,
  axes: LineAxes,
  panels: readonly LinePanel[],
): TopLevelSpec {
  const peers = [...new Set(panels.flatMap(({ points }) => points.map(({ peer }) => peer)))];
  const width = Math.floor((WIDTH - BETWEEN * (panels.length - 1)) / panels.length);
  const greatest = Math.max(...panels.flatMap(({ points }) => points.map(({ max }) => max)));
  return {
    title: { text: title, subtitle },
    spacing: BETWEEN,
    hconcat: panels.map((panel, place) =>
      linePanel(panel, peers, axes, {
        width,
        named: place === 0,
        greatest: axes.ownY === true ? null : greatest,
      }),
    ),
  };
}

interface Layout {
  readonly width: number;
  /** Whether the y axis is named: the first one's name is for all. */
  readonly named: boolean;
  /** Where the y axis ends; null: where the panel's own figures do. */
  readonly greatest: number | null;
}

function linePanel(
  { title, points }: LinePanel,
  peers: readonly string[],
  { x: xTitle, y: yTitle, logarithmic = false }: LineAxes,
  { width, named, greatest }: Layout,
): PanelSpec {
  const places = [...new Set(points.map(({ place }) => place))];
  const scale = logarithmic
    ? ({ type: 'log', nice: true } as const)
    : ({ domainMin: 0, nice: true, ...(greatest === null ? {} : { domainMax: greatest }) } as const);
  const axis = { title: named ? yTitle : null, tickCount: 5, format: '~s' } as const;
  return {
    width,
    height: HEIGHT,
    title: { text: title, fontSize: 13, fontWeight: 'normal', anchor: 'start', offset: 8 },
    data: { values: [...points] },
    encoding: {
      x: {
        field: 'place',
        type: 'ordinal',
        sort: places,
        scale: { type: 'point', padding: 0.3 },
        axis: { title: xTitle, labelAngle: 0, grid: false, titleAnchor: 'start' },
      },
      color: { field: 'peer', type: 'nominal', scale: colourScale(peers) },
      shape: { field: 'peer', type: 'nominal', scale: { domain: [...peers] } },
    },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
        encoding: {
          y: { field: 'min', type: 'quantitative', scale, axis },
          y2: { field: 'max' },
          shape: { value: 'circle' },
        },
      },
      {
        mark: { type: 'line' },
        encoding: { y: { field: 'median', type: 'quantitative', scale, axis }, shape: { value: 'circle' } },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { y: { field: 'median', type: 'quantitative', scale, axis } },
      },
    ],
  };
}
