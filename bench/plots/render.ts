import * as vega from 'vega';
import { compile, type Config, type TopLevelSpec } from 'vega-lite';

/**
 * Facts about drawing with vega:
 *
 *  - Without the package canvas it doesn't measure text but takes each character for 0.8 times as wide as the letters are high.
 *    Those of the fonts below are narrower: with that the plots get wide margins on the right. A better estimate takes its
 *    place, with canvas and without it, so the same plot comes out everywhere alike.
 *  - The elements that others refer to (clip paths, gradients) are numbered through the whole process; the numbers are set back
 *    before each plot, so that it doesn't depend on those drawn before it.
 */

/** The width of a character in Verdana, the widest of the fonts, on the average and relative to the font's size. */
const CHARACTER_WIDTH = 0.62;

const FONT = 'Verdana, DejaVu Sans, Helvetica, Arial, sans-serif';
const INK = '#24292f';
const FAINT = '#d8dee4';

const CONFIG: Config = {
  // A plot is readable on dark pages, too.
  background: '#ffffff',
  padding: 16,
  font: FONT,
  title: {
    anchor: 'start',
    fontSize: 15,
    subtitleFontSize: 12,
    color: INK,
    subtitleColor: '#57606a',
    offset: 12,
  },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    gridColor: FAINT,
    domainColor: FAINT,
    tickColor: FAINT,
    labelLimit: 200,
    titleLimit: 600,
  },
  header: { titleFontSize: 12, labelFontSize: 13, labelColor: INK, titleColor: INK },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    labelColor: INK,
    symbolSize: 90,
    symbolOpacity: 1,
    orient: 'top',
    title: null,
  },
  view: { stroke: null },
  line: { strokeWidth: 2 },
};

/** One of the plots that stand side by side. */
export type PanelSpec = Extract<TopLevelSpec, { hconcat: unknown }>['hconcat'][number];

/** vega calls this function of its own where another one took its place; its types don't name it. */
interface TextMetrics {
  width(item: { readonly fontSize?: number }, text: string | number): number;
}

const { textMetrics } = vega as unknown as { readonly textMetrics: TextMetrics };
textMetrics.width = ({ fontSize = 11 }, text) => Math.round(CHARACTER_WIDTH * fontSize * `${text}`.length);

/** The plot as text of an SVG file. */
export async function render(spec: TopLevelSpec): Promise<string> {
  vega.resetSVGDefIds();
  const { spec: compiled } = compile(spec, { config: CONFIG });
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
