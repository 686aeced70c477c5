/** Steps that are easy to read, in units of a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];
const INTERVALS_MAX = 5;

/** Round numbers at equal distances from 0 on, of which the last is the first that is no less than `greatest`; few of them. */
export function ticksTo(greatest: number): number[] {
  if (!(greatest > 0)) return [0, 1];
  const least = greatest / INTERVALS_MAX;
  const unit = 10 ** Math.floor(Math.log10(least));
  const step = STEPS.map((factor) => factor * unit).find((candidate) => candidate >= least)!;
  const count = Math.ceil(greatest / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

const LOGARITHMIC_STEPS = [1, 2, 5];
const LOGARITHMIC_TICKS_MAX = 10;

/**
 * The places 1, 2 and 5 of each power of ten, from the last that is no greater than `least` to the first that is no less than `greatest`;
 * with many of them between, the powers of ten alone. Both figures must be above 0.
 */
export function logarithmicTicks(least: number, greatest: number): number[] {
  const fine = ticksBetween(least, greatest, LOGARITHMIC_STEPS);
  return fine.length <= LOGARITHMIC_TICKS_MAX ? fine : ticksBetween(least, greatest, [1]);
}

function ticksBetween(least: number, greatest: number, steps: readonly number[]): number[] {
  // A logarithm may be rounded over a whole number: one power more at either end.
  const [first, last] = [Math.floor(Math.log10(least)) - 1, Math.ceil(Math.log10(greatest)) + 1];
  const places = Array.from({ length: last - first + 1 }, (_, i) =>
    // Above 1 a power of ten is exact, and below it a quotient by one is the nearest number.
    steps.map((step) => (first + i < 0 ? step / 10 ** -(first + i) : step * 10 ** (first + i))),
  ).flat();
  const from = places.findLastIndex((place) => place <= least);
  return places.slice(from, places.findIndex((place) => place >= greatest) + 1);
}
