import type { Metric, Row, Sample, Target } from './row.js';
import { ratioSpread, spread, type Spread } from './statistics.js';

/** What all rounds of a row came to. It is what `--json` keeps. */
export interface RowResult {
  readonly name: string;
  readonly title: string;
  /** In the order of the table. */
  readonly metrics: readonly Metric[];
  readonly peers: readonly PeerResult[];
  readonly ratios: readonly Ratio[];
  readonly targets: readonly JudgedTarget[];
  /** Peers that were left out, and why. */
  readonly failures: Readonly<Record<string, string>>;
}

export interface PeerResult {
  readonly name: string;
  /** By metric. */
  readonly figures: Readonly<Record<string, Spread>>;
  /** By round. */
  readonly samples: readonly Sample[];
}

/** One peer's figures divided by another's, by metric: median, least and greatest of the rounds' ratios. */
export interface Ratio {
  readonly of: string;
  readonly against: string;
  /** Null where there is nothing to divide by. */
  readonly spreads: Readonly<Record<string, Spread | null>>;
}

export type JudgedTarget = Target & {
  /** The median ratio or figure; null where it couldn't be formed, for one because a peer was left out. */
  readonly measured: number | null;
  readonly met: boolean;
};

export function summarize(
  row: Row,
  samples: ReadonlyMap<string, readonly Sample[]>,
  failures: ReadonlyMap<string, string>,
): RowResult {
  const peers = [...samples].map(([name, all]) => ({ name, figures: figuresOf(row, all), samples: all }));
  const ratios = ratiosOf(row, peers);
  const targets = row.targets.map((target) => judge(target, peers, ratios));
  return {
    name: row.name,
    title: row.title,
    metrics: row.metrics,
    peers,
    ratios,
    targets,
    failures: Object.fromEntries(failures),
  };
}

function figuresOf(row: Row, samples: readonly Sample[]): Record<string, Spread> {
  return Object.fromEntries(row.metrics.map(({ name }) => [name, spread(column(samples, name))]));
}

/** Each peer against each that comes after it. */
function ratiosOf(row: Row, peers: readonly PeerResult[]): Ratio[] {
  const compared = row.metrics.filter((metric) => metric.compared);
  return peers.flatMap((of, place) =>
    peers.slice(place + 1).map((against) => ({
      of: of.name,
      against: against.name,
      spreads: Object.fromEntries(
        compared.map(({ name }) => [
          name,
          ratioSpread(column(of.samples, name), column(against.samples, name)),
        ]),
      ),
    })),
  );
}

function judge(target: Target, peers: readonly PeerResult[], ratios: readonly Ratio[]): JudgedTarget {
  const judged =
    target.against === undefined
      ? peers.find(({ name }) => name === target.of)?.figures
      : ratios.find(({ of, against }) => of === target.of && against === target.against)?.spreads;
  const measured = judged?.[target.metric]?.median ?? null;
  return { ...target, measured, met: measured !== null && meets(measured, target) };
}

function meets(measured: number, { atMost, atLeast }: Target): boolean {
  return atMost === undefined ? measured >= atLeast : measured <= atMost;
}

function column(samples: readonly Sample[], metric: string): number[] {
  return samples.map((sample) => {
    const figure = sample[metric];
    if (figure === undefined) throw new Error(`A sample lacks the metric ${metric}`);
    return figure;
  });
}
