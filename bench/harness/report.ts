import type { RowResult, Ratio } from './row-result.js';
import type { Metric } from './row.js';
import type { Spread } from './statistics.js';
import { table } from './table.js';

/** With so many peers there are still few pairs of them. */
const PEERS_COMPARED = 4;

/** A row's result as text: medians of the figures, the ratios with their reach, the targets. */
export function report(result: RowResult, metrics: readonly Metric[]): string {
  const parts = [`${result.name}: ${result.title}`];
  if (result.peers.length > 0) parts.push(figuresTable(result, metrics));
  if (result.ratios.length > 0) parts.push(ratiosTable(shownRatios(result), metrics));
  if (result.targets.length > 0) parts.push(targetsTable(result));
  for (const [peer, reason] of Object.entries(result.failures))
    parts.push(`  ${peer} was left out: ${reason}`);
  return parts.join('\n');
}

function figuresTable(result: RowResult, metrics: readonly Metric[]): string {
  return table([
    ['median', ...metrics.map(({ label }) => label)],
    ...result.peers.map(({ name, figures }) => [
      name,
      ...metrics.map((metric) => figure(figures[metric.name]!, metric)),
    ]),
  ]);
}

/** The median; of what is compared, the least and the greatest, too. */
function figure(spread: Spread, { digits, compared }: Metric): string {
  return compared ? reach(spread, digits) : spread.median.toFixed(digits);
}

/** Of many peers only the first is compared with the others; JSON has all the pairs. */
function shownRatios({ peers, ratios }: RowResult): readonly Ratio[] {
  return peers.length <= PEERS_COMPARED ? ratios : ratios.filter(({ of }) => of === peers[0]?.name);
}

function ratiosTable(ratios: readonly Ratio[], metrics: readonly Metric[]): string {
  const compared = metrics.filter((metric) => metric.compared);
  return table([
    ['ratio', ...compared.map(({ label }) => label)],
    ...ratios.map(({ of, against, spreads }) => [
      `${of} / ${against}`,
      ...compared.map(({ name }) => reach(spreads[name] ?? null, 2)),
    ]),
  ]);
}

function reach(spread: Spread | null, digits: number): string {
  if (spread === null) return '-';
  const text = (number: number): string => number.toFixed(digits);
  return `${text(spread.median)} (${text(spread.min)}..${text(spread.max)})`;
}

function targetsTable(result: RowResult): string {
  return table([
    ['target', 'wanted', 'measured', ''],
    ...result.targets.map(({ metric, of, against, atMost, atLeast, measured, met }) => [
      `${metric}: ${of}${against === undefined ? '' : ` / ${against}`}`,
      atMost === undefined ? `at least ${atLeast.toFixed(3)}` : `at most ${atMost.toFixed(3)}`,
      measured?.toFixed(3) ?? '-',
      measured === null ? 'not measured' : met ? 'met' : 'missed',
    ]),
  ]);
}
