import { readFileSync, writeFileSync } from 'node:fs';

/** The matrix stands between these two lines of the guide. */
export const BEGIN = '<!-- matrix: written by npm run interop -- --write -->';
export const END = '<!-- end of matrix -->';

/** Puts the matrix into a guide. Throws an Error if the guide has no place for it. */
export function writeMatrix(guide: string, matrix: string): void {
  const text = readFileSync(guide, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${guide} has no place for the matrix`);
  writeFileSync(guide, `${text.slice(0, from)}${BEGIN}\n\n${matrix}\n\n${text.slice(to)}`);
}
