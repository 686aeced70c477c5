import type { RowResult, Ratio } from './row-result.js';
import type { Metric } from './row.js';
import type { Spread } from './statistics.js';
import { table } from './table.js';

/** A row's result as text: medians of the figures, the ratios with their reach, the targets. */
export function report(result: RowResult, metrics: readonly Metric[]): string {
  const parts = [`${result.name}: ${result.title}`];
  if (result.peers.length > 0) parts.push(figuresTable(result, metrics));
  if (result.ratios.length > 0) parts.push(ratiosTable(result.ratios, metrics));
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
      ...metrics.map((metric) => figures[metric.name]!.median.toFixed(metric.digits)),
    ]),
  ]);
}

function ratiosTable(ratios: readonly Ratio[], metrics: readonly Metric[]): string {
  const compared = metrics.filter((metric) => metric.compared);
  return table([
    ['ratio', ...compared.map(({ label }) => label)],
    ...ratios.map(({ of, against, spreads }) => [
      `${of} / ${against}`,
      ...compared.map(({ name }) => reach(spreads[name] ?? null)),
    ]),
  ]);
}

function reach(spread: Spread | null): string {
  if (spread === null) return '-';
  return `${spread.median.toFixed(2)} (${spread.min.toFixed(2)}..${spread.max.toFixed(2)})`;
}

function targetsTable(result: RowResult): string {
  return table([
    ['target', 'at most', 'measured', ''],
    ...result.targets.map(({ metric, of, against, atMost, measured, met }) => [
      `${metric}: ${of}${against === undefined ? '' : ` / ${against}`}`,
      atMost.toFixed(3),
      measured?.toFixed(3) ?? '-',
      measured === null ? 'not measured' : met ? 'met' : 'missed',
    ]),
  ]);
}
