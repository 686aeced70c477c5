import type { TopLevelSpec } from 'vega-lite';

import type { Spread } from '../harness/statistics.js';
import { colourScale } from './colours.js';
import type { PanelSpec } from './render.js';

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
}

const WIDTH = 560;
const BAR_HEIGHT = 30;
const BETWEEN = 28;
/** The share of an axis that is left free for the label behind the longest bar. */
const LABEL_ROOM = 1.22;

/** Panels of horizontal bars side by side; a line across the end of a bar goes from the least round to the greatest. */
export function barChart(title: string, subtitle: string, panels: readonly BarPanel[]): TopLevelSpec {
  const width = Math.floor((WIDTH - BETWEEN * (panels.length - 1)) / panels.length);
  return {
    title: { text: title, subtitle },
    spacing: BETWEEN,
    hconcat: panels.map((panel, place) => barPanel(panel, width, place === 0)),
  };
}

function barPanel({ axis, bars }: BarPanel, width: number, named: boolean): PanelSpec {
  const peers = bars.map(({ peer }) => peer);
  const reach = Math.max(...bars.map(({ max }) => max)) * LABEL_ROOM;
  const x = {
    field: 'median',
    type: 'quantitative',
    scale: { domainMin: 0, domainMax: reach > 0 ? reach : 1, nice: false },
    axis: { title: axis, tickCount: 4, titleAnchor: 'start' },
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
        mark: { type: 'rule', color: '#24292f', strokeWidth: 1.5 },
        encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: '#24292f' },
        encoding: { x: { field: 'max', type: 'quantitative' }, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}
