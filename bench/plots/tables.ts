import { C, HEDDLE, NODE } from '../harness/peers.js';
import type { Metric } from '../harness/row.js';
import type { Spread } from '../harness/statistics.js';
import { countText, withThousands } from './figures.js';
import { markdownTable } from './markdown-table.js';
import { figureOf, metricOf, rowNamed, type KeptRow, type Results } from './results.js';
import { CONNECTIONS, echoRow, SIZES } from './server-plots.js';
import { READY, TIMERS } from './reactor-plots.js';

const NOTHING = '-';
const NOT_MEASURED = 'This was not measured.';

/** Tables that aren't a row's. */
const TABLES: Readonly<Record<string, (results: Results) => string>> = {
  machine: machineTable,
  targets: targetsTable,
  'echo-sizes': echoSizesTable,
  'timers-growth': timersTable,
  turn: turnTable,
};

/**
 * The table of this name: one of the above, or that of a row, with some of its metrics or with all. A sentence takes its place if
 * there are no results of it.
 */
export function tableNamed(results: Results, name: string, metrics: readonly string[] = []): string {
  const table = TABLES[name];
  if (table !== undefined) return table(results);
  const row = rowNamed(results, name);
  return row === undefined ? NOT_MEASURED : rowTable(row, metrics);
}

/** A peer in each line; in the last column the first peer's figures divided by its. */
function rowTable(row: KeptRow, names: readonly string[]): string {
  const metrics = names.length === 0 ? row.metrics : names.map((name) => metricOf(row, name));
  const compared = metrics.find((metric) => metric.compared);
  const first = row.peers[0]?.name ?? '';
  const ratio = compared === undefined ? [] : [`${first} / it`];
  const head = ['', ...metrics.map(({ label }) => withMicro(label)), ...ratio];
  const lines = row.peers.map(({ name, figures }) => [
    name,
    ...metrics.map((metric) => cell(figures[metric.name], metric)),
    ...(compared === undefined ? [] : [ratioCell(row, first, name, compared.name)]),
  ]);
  const left = Object.keys(row.failures).map((peer) => [peer, ...head.slice(1).map(() => NOTHING)]);
  return markdownTable(head, [...lines, ...left]);
}

function cell(spread: Spread | undefined, { digits, compared }: Metric): string {
  if (spread === undefined) return NOTHING;
  const text = (figure: number): string => withThousands(figure.toFixed(digits));
  return compared ? `${text(spread.median)} (${text(spread.min)}–${text(spread.max)})` : text(spread.median);
}

function ratioCell(row: KeptRow, first: string, peer: string, metric: string): string {
  const ratio = row.ratios.find(({ of, against }) => of === first && against === peer);
  return ratio?.spreads[metric]?.median.toFixed(2) ?? NOTHING;
}

/** Labels are in ASCII for terminals. */
function withMicro(label: string): string {
  return label.replace(/\bus\b/, 'µs');
}

function machineTable({ machine, settings, rounds }: Results): string {
  const lines = Object.entries(machine).map(([key, value]) => [key, value]);
  const measured = `${settings.seconds} s each, after ${settings.warmupSeconds} s of warming up`;
  const table = markdownTable(['', ''], [...lines, ['rounds', `${rounds}`], ['measured', measured]]);
  return settings.quick ? `${table}\n\nThis was a short run (\`--quick\`): all figures are rough.` : table;
}

function targetsTable({ results }: Results): string {
  const lines = results.flatMap((row) =>
    row.targets.map(({ metric, of, against, atMost, atLeast, measured, met }) => [
      row.name,
      `${withMicro(metricOf(row, metric).label)}: ${of}${against === undefined ? '' : ` / ${against}`}`,
      atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`,
      measured === null ? NOTHING : withThousands(measured.toFixed(measured >= 100 ? 0 : 2)),
      measured === null ? 'not measured' : met ? 'met' : 'missed',
    ]),
  );
  return lines.length === 0
    ? NOT_MEASURED
    : markdownTable(['row', 'target', 'wanted', 'measured', ''], lines);
}

/** A line for each place of an axis, a column for each of these peers and metrics. */
function gridTable(
  axis: string,
  rows: readonly (readonly [place: string, KeptRow | undefined])[],
  columns: readonly (readonly [head: string, peer: string, metric: string, digits: number])[],
): string {
  const lines = rows.flatMap(([place, row]) =>
    row === undefined
      ? []
      : [
          [
            place,
            ...columns.map(([, peer, metric, digits]) => {
              const spread = figureOf(row, peer, metric);
              return spread === undefined ? NOTHING : withThousands(spread.median.toFixed(digits));
            }),
          ],
        ],
  );
  return lines.length === 0 ? NOT_MEASURED : markdownTable([axis, ...columns.map(([head]) => head)], lines);
}

function echoSizesTable(results: Results): string {
  const rows = SIZES.flatMap(([size, text]) =>
    CONNECTIONS.map((connections) => {
      const place = `${text}, ${connections} connection${connections === 1 ? '' : 's'}`;
      return [place, echoRow(results, size, connections)] as const;
    }),
  );
  const columns = [HEDDLE, NODE, C].map((peer) => [`${peer}, µs`, peer, 'total', 2] as const);
  return gridTable('CPU time of a message', rows, columns);
}

function timersTable(results: Results): string {
  const rows = TIMERS.map(
    (count) => [countText(count), rowNamed(results, `timers-1e${Math.log10(count)}`)] as const,
  );
  const columns = ['schedule', 'cancel', 'fire'].flatMap((step) =>
    ['callLater', 'setTimeout'].map((peer) => [`${step}: ${peer}, ns`, peer, step, 0] as const),
  );
  return gridTable('timers', rows, columns);
}

function turnTable(results: Results): string {
  const rows = READY.map((ready) => [`${ready}`, rowNamed(results, `turn-${ready}`)] as const);
  const columns = ['koffi', 'ffi-napi'].flatMap((driver) => [
    [`${driver}: turn, ns`, driver, 'total', 0] as const,
    [`each, ns`, driver, 'perReady', 0] as const,
  ]);
  return gridTable('ready descriptors', rows, columns);
}
