import type { TopLevelSpec } from 'vega-lite';

import type { Spread } from '../harness/statistics.js';
import { colourScale } from './colours.js';
import type { PanelSpec } from './render.js';
import { ticksTo } from './ticks.js';

/** A peer's figure as a bar. */
export interface Bar extends Spread {
  readonly peer: string;
  /** What stands at its end. */
  readonly label: string;
}

/** Bars that have one axis. */
export interface BarPanel {
  /** What the axis counts, with the unit. */
  readonly axis: string;
  readonly bars: readonly Bar[];
  /** Where the axis ends; else a little beyond the longest bar. */
  readonly end?: number;
}

const WIDTH = 560;
const BAR_HEIGHT = 30;
const BETWEEN = 28;
/** The share of an axis that is left free for the label behind the longest bar. */
const LABEL_ROOM = 1.22;

/** So many panels stand side by side; further ones below them. */
const COLUMNS = 2;

/** Panels of horizontal bars; a line across the end of a bar goes from the least round to the greatest. */
export function barChart(title: string, subtitle: string, panels: readonly BarPanel[]): TopLevelSpec {
  const columns = Math.min(panels.length, COLUMNS);
  const width = Math.floor((WIDTH - BETWEEN * (columns - 1)) / columns);
  return {
    title: { text: title, subtitle },
    spacing: BETWEEN,
    columns,
    concat: panels.map((panel, place) => barPanel(panel, width, place % columns === 0)),
  };
}

function barPanel({ axis, bars, end }: BarPanel, width: number, named: boolean): PanelSpec {
  const peers = bars.map(({ peer }) => peer);
  const greatest = end ?? Math.max(...bars.map(({ max }) => max));
  const reach = greatest * LABEL_ROOM;
  const x = {
    field: 'median',
    type: 'quantitative',
    scale: { domainMin: 0, domainMax: reach > 0 ? reach : 1, nice: false },
    axis: { title: axis, values: ticksTo(greatest).filter((tick) => tick <= reach), titleAnchor: 'start' },
  } as const;
  const y = {
    field: 'peer',
    type: 'nominal',
    sort: peers,
    axis: named ? { title: null, ticks: false, domain: false, labelFontSize: 13, labelPadding: 8 } : null,
  } as const;
  return {
    width,
    height: BAR_HEIGHT * bars.length,
    data: { values: [...bars] },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.62 } },
        encoding: {
          x,
          color: { field: 'peer', type: 'nominal', scale: colourScale(peers), legend: null },
        },
      },
      {
        mark: { type: 'rule', clip: true, color: '#24292f', strokeWidth: 1.5 },
        encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: '#24292f' },
        encoding: { x: { field: 'max', type: 'quantitative' }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}
