import type { TopLevelSpec } from 'vega-lite';

import type { Spread } from '../harness/statistics.js';
import { colourScale } from './colours.js';
import type { PanelSpec } from './render.js';
import { logarithmicTicks, ticksTo } from './ticks.js';

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

/** A line begins with two points. */
const PLACES_MIN = 2;

/**
 * Panels of lines side by side, one line for each peer; null if none has places to draw a line between. A vertical stroke goes
 * from the least round to the greatest.
 */
export function lineChart(
  title: string,
  subtitle: string,
  axes: LineAxes,
  all: readonly LinePanel[],
): TopLevelSpec | null {
  const panels = all.filter(({ points }) => placesOf(points).length >= PLACES_MIN);
  if (panels.length === 0) return null;
  const peers = [...new Set(panels.flatMap(({ points }) => points.map(({ peer }) => peer)))];
  const width = Math.floor((WIDTH - BETWEEN * (panels.length - 1)) / panels.length);
  const common = reachOf(panels);
  return {
    title: { text: title, subtitle },
    spacing: BETWEEN,
    hconcat: panels.map((panel, place) =>
      linePanel(panel, peers, axes, {
        width,
        named: place === 0,
        reach: axes.ownY === true ? reachOf([panel]) : common,
      }),
    ),
  };
}

/** The least and the greatest figure that an axis has to show. */
type Reach = readonly [least: number, greatest: number];

function reachOf(panels: readonly LinePanel[]): Reach {
  const points = panels.flatMap((panel) => panel.points);
  return [Math.min(...points.map(({ min }) => min)), Math.max(...points.map(({ max }) => max))];
}

interface Layout {
  readonly width: number;
  /** Whether the y axis is named: the first one's name is for all. */
  readonly named: boolean;
  readonly reach: Reach;
}

function linePanel(
  { title, points }: LinePanel,
  peers: readonly string[],
  { x: xTitle, y: yTitle, logarithmic = false }: LineAxes,
  { width, named, reach }: Layout,
): PanelSpec {
  const places = placesOf(points);
  const { scale, ticks } = logarithmic ? logarithmicScale(reach) : fromZero(reach);
  const axis = { title: named ? yTitle : null, ...ticks } as const;
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
    },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
        encoding: {
          y: { field: 'min', type: 'quantitative', scale, axis },
          y2: { field: 'max' },
        },
      },
      {
        mark: { type: 'line' },
        encoding: { y: { field: 'median', type: 'quantitative', scale, axis } },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          y: { field: 'median', type: 'quantitative', scale, axis },
          shape: { field: 'peer', type: 'nominal', scale: { domain: [...peers] } },
        },
      },
    ],
  };
}

function placesOf(points: readonly Point[]): string[] {
  return [...new Set(points.map(({ place }) => place))];
}

function logarithmicScale([least, greatest]: Reach) {
  const values = logarithmicTicks(least, greatest);
  const scale = { type: 'log', domainMin: values[0]!, domainMax: values.at(-1)! } as const;
  return { scale, ticks: { values, format: ',' } };
}

function fromZero([, greatest]: Reach) {
  const values = ticksTo(greatest);
  return { scale: { domainMin: 0, domainMax: values.at(-1)! }, ticks: { values, format: ',f' } };
}
