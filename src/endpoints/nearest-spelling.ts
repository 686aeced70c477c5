/** The word of `known` that `word` was most likely meant to be; undefined if none is near. */
export function nearestSpelling(word: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // A third of its letters may be wrong, but one always, and never so many that nothing of it is left.
  let least = Math.min(Math.max(1, Math.floor(word.length / 3)), word.length - 1) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** How many letters have to be put in, left out, changed, or swapped with their neighbour to make one word of the other. */
function editDistance(a: string, b: string): number {
  let last: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const other = swapped ? at(last, j - 2) + 1 : Infinity;
      next.push(Math.min(changed, other, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [last, row] = [row, next];
  }
  return at(row, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
