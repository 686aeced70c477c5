import { PLOTS } from './plots.js';
import { render } from './render.js';
import type { Results } from './results.js';

/** The plots of what was measured, as text of SVG files, by their names. */
export async function drawn(results: Results): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [name, specOf] of Object.entries(PLOTS)) {
    const spec = specOf(results);
    if (spec !== null) files.set(`${name}.svg`, await render(spec));
  }
  return files;
}
