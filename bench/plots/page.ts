import { tableNamed } from './tables.js';
import type { Results } from './results.js';

/**
 * In the page a table stands between `<!-- table: NAME -->` and `<!-- /table -->`; after the name metrics may be named, which are
 * its columns then.
 */
const TABLE = /(<!-- table: (\S+)((?: \S+)*) -->\n)[^]*?(<!-- \/table -->)/g;

/** The page with its tables made anew. What stands around them is left alone. */
export function withTables(page: string, results: Results): string {
  return page.replaceAll(TABLE, (_, begin: string, name: string, metrics: string, end: string) => {
    const table = tableNamed(results, name, metrics.split(' ').filter(Boolean));
    return `${begin}\n${table}\n\n${end}`;
  });
}
