import type { TopLevelSpec } from 'vega-lite';

import { timers, turn } from './reactor-plots.js';
import type { Results } from './results.js';
import { connect, echo, echoGrowth, echoSizes, idle, storm } from './server-plots.js';

/** By the file's name without `.svg`, what is drawn; that answers null where nothing of it was measured. */
export const PLOTS: Readonly<Record<string, (results: Results) => TopLevelSpec | null>> = {
  echo,
  'echo-sizes': echoSizes,
  'echo-growth': echoGrowth,
  connect,
  idle,
  storm,
  timers,
  turn,
};
