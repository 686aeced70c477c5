/** The middle of some figures and how far they reach. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws a RangeError for no figures. */
export function spread(figures: readonly number[]): Spread {
  if (figures.length === 0) throw new RangeError('There is no median of no figures');
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  // The same figure twice where their number is odd.
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * The spread of the ratios of figures taken in the same round: what slows the machine for a while slows both,
 * so a round's ratio moves less than its figures do. Null where a figure to divide by is too small to be told
 * from nothing. Throws a RangeError unless there are as many of both.
 */
export function ratioSpread(of: readonly number[], against: readonly number[]): Spread | null {
  if (of.length !== against.length) throw new RangeError('Ratios need as many figures on either side');
  if (against.some((figure) => figure <= 0)) return null;
  return spread(of.map((figure, round) => figure / against[round]!));
}

/** The same items, beginning with the one at `first`, taken around. */
export function rotated<T>(items: readonly T[], first: number): T[] {
  return items.map((_, index) => items[(index + first) % items.length]!);
}
