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
